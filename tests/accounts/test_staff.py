"""Operators of an enterprise: invited, disabled, enabled and reset by its own manager and nobody else."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Outcome, Role
from accounts.models import AuditRecord, User
from accounts.services import invite_staff
from autoflow.common.errors import BusinessError
from filing.models import Enterprise
from tests.accounts.conftest import link_in, sign_in
from tests.factories import EnterpriseFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST, DISABLE, ENABLE, RESET = (f"accounts:staff-{verb}" for verb in ("list", "disable", "enable", "reset"))
GUEST = {"display_name": "王芳", "email": "guest@example.com", "phone": "13900000001"}
NEW_PASSWORD = "River-and-Stone-1907"


@pytest.fixture
def enterprise():
    return EnterpriseFactory()


@pytest.fixture
def manager(enterprise):
    return enterprise.staff.get()


@pytest.fixture
def client(client_for, manager):
    return client_for(manager)


def accept(post, link):
    guest = Client()
    guest.get(link)
    data = {"password": NEW_PASSWORD, "password_again": NEW_PASSWORD}
    assert post(guest, "accounts:recovery-password", data).status_code == 302
    return guest


def test_invited_operator_chooses_a_password_and_files_for_the_enterprise(
    client, post, manager, enterprise, mailoutbox
):
    assert post(client, LIST, GUEST).url == reverse(LIST)
    operator = User.objects.get(role=Role.OPERATOR)
    assert operator.username == f"{manager.uscc}-01"
    assert (operator.organisation, operator.jurisdiction) == (manager.organisation, manager.jurisdiction)
    letter = mailoutbox[0]
    assert letter.to == ["guest@example.com"]
    assert operator.username in letter.body

    guest = accept(post, link_in(letter.body))
    assert sign_in(guest, operator, NEW_PASSWORD).status_code == 302
    assert list(Enterprise.objects.visible_to(operator)) == [enterprise]
    assert guest.get(reverse("filing:detail")).status_code in (200, 302)
    assert guest.get(reverse(LIST)).status_code == 403


def test_invitation_by_phone_alone_comes_as_a_message(client, post, texts):
    post(client, LIST, GUEST | {"email": ""})
    assert texts[0][0] == "13900000001"
    accept(post, link_in(texts[0][1] + " "))


def test_invitation_without_gateway_needs_mail(client, post, settings):
    settings.SMS_URL = ""
    assert post(client, LIST, GUEST | {"email": ""}).status_code == 422
    assert User.objects.filter(role=Role.OPERATOR).count() == 0


def test_invitation_needs_a_way_to_the_person(client, post):
    assert post(client, LIST, {"display_name": "王芳"}).status_code == 422


def test_names_are_numbered_on(client, post, manager):
    for number in (1, 2, 3):
        post(client, LIST, GUEST | {"email": f"guest{number}@example.com"})
    names = User.objects.staff_of(manager).order_by("pk").values_list("username", flat=True)
    assert list(names) == [f"{manager.uscc}-{number:02d}" for number in (1, 2, 3)]


def test_operator_invited_before_the_service_joins_when_it_opens(client_for, post, mailoutbox):
    manager = UserFactory()
    client = client_for(manager)
    post(client, LIST, GUEST)
    post(client, "filing:open-service")
    assert {user.role for user in Enterprise.objects.get().staff.all()} == {Role.MANAGER, Role.OPERATOR}


def test_disabled_operator_is_out_and_enabled_is_in_again(client, client_for, post, manager):
    operator = UserFactory(operator=True, uscc=manager.uscc)
    at_work = client_for(operator)
    assert at_work.get("/").status_code == 200

    post(client, DISABLE, args=[operator.pk])
    assert at_work.get("/").url.startswith(reverse("accounts:login"))
    assert sign_in(Client(), operator).status_code == 422

    post(client, ENABLE, args=[operator.pk])
    assert sign_in(Client(), operator).status_code == 302
    trail = AuditRecord.objects.filter(action__startswith="account.staff").values_list("action", "username")
    assert list(trail) == [
        ("account.staff-disable", manager.username),
        ("account.staff-enable", manager.username),
    ]


def test_reset_ends_the_old_password(client, post, manager, mailoutbox):
    operator = UserFactory(operator=True, uscc=manager.uscc)
    sign_in(Client(), operator)
    post(client, RESET, args=[operator.pk])
    assert sign_in(Client(), operator).status_code == 422
    accept(post, link_in(mailoutbox[0].body))
    assert sign_in(Client(), operator, NEW_PASSWORD).status_code == 302


def test_second_invitation_replaces_the_first(client, post, mailoutbox):
    post(client, LIST, GUEST)
    post(client, RESET, args=[User.objects.get(role=Role.OPERATOR).pk])
    first, second = (link_in(letter.body) for letter in mailoutbox)
    assert Client().get(first).url == reverse("accounts:recovery")
    accept(post, second)


def test_disabled_operator_is_not_reset(client, post, manager, mailoutbox):
    operator = UserFactory(operator=True, uscc=manager.uscc, is_active=False)
    post(client, RESET, args=[operator.pk])
    assert mailoutbox == []


@pytest.mark.parametrize("name", [DISABLE, ENABLE, RESET])
def test_foreign_and_other_accounts_do_not_exist_for_a_manager(client, post, manager, name):
    other = EnterpriseFactory().staff.get()
    rows = [
        UserFactory(operator=True, uscc=other.uscc, is_active=name != ENABLE),
        other,
        manager,
        UserFactory(county=True),
        UserFactory(admin=True),
    ]
    before = list(User.objects.order_by("pk").values("pk", "password", "is_active"))
    assert [post(client, name, args=[user.pk]).status_code for user in rows] == [404] * 5
    assert list(User.objects.order_by("pk").values("pk", "password", "is_active")) == before


@pytest.mark.parametrize("trait", ["operator", "county", "nation", "admin", "auditor"])
def test_others_have_no_staff_page(client_for, post, trait):
    client = client_for(UserFactory(**{trait: True}))
    assert client.get(reverse(LIST)).status_code == 403
    assert post(client, LIST, GUEST).status_code == 403
    assert "经办人员" not in client.get("/").content.decode()


def test_list_shows_own_operators_only(client, manager):
    UserFactory(operator=True, uscc=manager.uscc, display_name="本企业的人")
    UserFactory(operator=True, display_name="别家的人")
    page = client.get(reverse(LIST)).content.decode()
    assert "本企业的人" in page
    assert "别家的人" not in page


def test_list_costs_the_same_for_one_and_for_three(client, queries_of, manager):
    counts = []
    for more in (1, 2):
        UserFactory.create_batch(more, operator=True, uscc=manager.uscc)
        client.get(reverse(LIST))
        with queries_of() as queries:
            client.get(reverse(LIST))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_number_of_operators_is_limited(manager):
    UserFactory.create_batch(50, operator=True, uscc=manager.uscc)
    with pytest.raises(BusinessError, match="最多 50 个"):
        invite_staff(display_name="王芳", phone="", email="guest@example.com", by=manager)


def test_name_of_an_operator_may_hold_no_hidden_characters(client, post):
    assert post(client, LIST, GUEST | {"display_name": "王\u200b芳"}).status_code == 422


def test_invitation_is_audited_without_personal_data(client, post, manager):
    post(client, LIST, GUEST)
    row = AuditRecord.objects.get(action="account.staff-invite")
    assert (row.username, row.outcome) == (manager.username, Outcome.DONE)
    assert not [value for value in GUEST.values() if value in str(row.detail) + row.summary]
