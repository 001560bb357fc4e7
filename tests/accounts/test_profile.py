"""Name, phone and mail, preferences: one's own account from outside."""

import pytest
from django.urls import reverse

from accounts.models import AuditRecord, RecoveryCode, User
from tests.accounts.conftest import code_in
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
EMAIL, PHONE, CONFIRM = "accounts:email-change", "accounts:phone-change", "accounts:contact-confirm"
NEW = {"target": "new@example.com", "password": PASSWORD}


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def client(client_for, user):
    return client_for(user)


def test_new_mail_counts_when_its_code_comes_back_and_the_old_one_is_told(client, post, user, mailoutbox):
    former = user.email
    assert post(client, EMAIL, NEW).url == reverse(CONFIRM)
    user.refresh_from_db()
    assert (user.email, mailoutbox[0].to) == (former, ["new@example.com"])

    assert post(client, CONFIRM, {"code": code_in(mailoutbox[0].body)}).url == reverse("accounts:profile")

    user.refresh_from_db()
    assert user.email == "new@example.com"
    assert mailoutbox[1].to == [former]
    assert "已更换" in mailoutbox[1].subject
    assert "new@example.com" not in mailoutbox[1].body


def test_new_phone_counts_when_its_code_comes_back_and_the_old_one_is_told(client, post, user, texts):
    former = user.phone
    post(client, PHONE, {"target": "139 0000 0009", "password": PASSWORD})
    post(client, CONFIRM, {"code": code_in(texts[0][1])})
    user.refresh_from_db()
    assert user.phone == "13900000009"
    assert [phone for phone, _ in texts] == ["13900000009", former]


def test_wrong_code_changes_nothing(client, post, user, mailoutbox):
    post(client, EMAIL, NEW)
    assert post(client, CONFIRM, {"code": "12345"}).status_code == 422
    assert User.objects.get(pk=user.pk).email == user.email


def test_code_of_somebody_else_changes_nothing(client, client_for, post, user, mailoutbox):
    other = client_for(UserFactory())
    post(other, EMAIL, NEW)
    session = client.session
    session["contact"] = other.session["contact"]
    session.save()
    assert post(client, CONFIRM, {"code": code_in(mailoutbox[0].body)}).status_code == 422
    assert User.objects.get(pk=user.pk).email == user.email


def test_change_needs_the_password(client, post, user, mailoutbox):
    assert post(client, EMAIL, NEW | {"password": "Wrong-password-1"}).status_code == 422
    assert mailoutbox == []


@pytest.mark.parametrize(("name", "target"), [(EMAIL, "no mail"), (PHONE, "12345"), (PHONE, "0571-88880000")])
def test_malformed_address_is_refused_at_its_field(client, post, name, target):
    answer = post(client, name, {"target": target, "password": PASSWORD})
    assert answer.status_code == 422
    assert RecoveryCode.objects.count() == 0


def test_same_address_is_no_change(client, post, user):
    assert post(client, EMAIL, NEW | {"target": user.email}).status_code == 422


def test_codes_to_one_address_are_limited(client, post, mailoutbox):
    answers = [post(client, EMAIL, NEW).status_code for _ in range(3)]
    assert answers == [302, 302, 429]
    assert len(mailoutbox) == 2


def test_contact_code_is_no_code_of_the_recovery(client, post, mailoutbox):
    post(client, EMAIL, NEW)
    session = client.session
    session["recovery_asked"] = session["contact"]
    session.save()
    answer = post(client, "accounts:recovery-code", {"code": code_in(mailoutbox[0].body)})
    assert answer.status_code == 422


def test_phone_cannot_be_changed_without_a_gateway(client, settings):
    settings.SMS_URL = ""
    assert "更换手机号" not in client.get(reverse("accounts:profile")).content.decode()
    assert "暂未开通短信" in client.get(reverse(PHONE)).content.decode()


def test_confirmation_without_a_request_leads_to_the_profile(client):
    assert client.get(reverse(CONFIRM)).url == reverse("accounts:profile")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [(" 王 \r\n 芳 ", "王 芳"), ("{{7*7}}", "{{7*7}}"), ("%s<b>", "%s<b>"), ("买买提·艾力", "买买提·艾力")],
)
def test_name_is_one_line_and_shown_as_typed(client, user, typed, kept):
    assert client.post(reverse("accounts:profile-edit"), {"display_name": typed}).status_code == 302
    user.refresh_from_db()
    assert user.display_name == kept
    page = client.get(reverse("accounts:profile")).content.decode()
    assert kept.replace("<", "&lt;").replace(">", "&gt;") in page


@pytest.mark.parametrize("hidden", ["王\u200b芳", "王\u202e芳", "王\x00芳", "王\x1b芳"])
def test_name_with_hidden_characters_is_refused(client, user, hidden):
    assert client.post(reverse("accounts:profile-edit"), {"display_name": hidden}).status_code == 422
    assert User.objects.get(pk=user.pk).display_name == ""


def test_preferences_are_kept(client, user):
    client.post(reverse("accounts:preferences-save"), {"has_large_type": "on"})
    user.refresh_from_db()
    assert (user.has_large_type, user.wants_mail) == (True, False)
    assert 'class="large-type"' in client.get("/").content.decode()


def test_trail_holds_neither_phone_nor_mail(client, post, user, mailoutbox):
    post(client, EMAIL, NEW)
    post(client, CONFIRM, {"code": code_in(mailoutbox[0].body)})
    trail = str(list(AuditRecord.objects.values()))
    assert not [value for value in ("new@example.com", user.email, user.phone) if value in trail]


def test_posted_fields_of_the_model_change_nothing(client, user):
    hostile = {"role": "ADMIN", "uscc": "x", "is_active": "", "username": "root", "must_change_password": "1"}
    client.post(reverse("accounts:profile-edit"), {"display_name": "王芳", **hostile})
    client.post(reverse("accounts:preferences-save"), hostile)
    stored = User.objects.get(pk=user.pk)
    kept = ("role", "uscc", "is_active", "username", "must_change_password")
    assert [getattr(stored, name) for name in kept] == [getattr(user, name) for name in kept]
