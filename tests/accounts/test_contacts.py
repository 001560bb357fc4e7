"""The administrator keeps the telephones of the help page."""

import pytest
from django.urls import reverse

from accounts.models import AuditRecord, Contact
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LIST = reverse("accounts:contact-list")
POSTED = {
    "jurisdiction": "330000",
    "name": "浙江省商务厅汽车流通处",
    "phone": "0571-87057000",
    "hours": "工作日 9:00-17:00",
    "order": "1",
}


@pytest.fixture
def admin(client_for):
    return client_for(UserFactory(admin=True))


def own():
    return Contact.objects.get(name=POSTED["name"])


def trail():
    lines = AuditRecord.objects.filter(action__startswith="contact.").order_by("id")
    return list(lines.values_list("action", "summary"))


def test_one_added_stands_on_the_help_page_at_once(admin, client_for):
    answer = admin.post(LIST, POSTED, follow=True).content.decode()
    assert "已保存“浙江省商务厅汽车流通处”" in answer
    assert "0571-87057000" in client_for(UserFactory()).get(reverse("help")).content.decode()
    assert trail() == [("contact.add", "浙江省商务厅汽车流通处 0571-87057000")]


def test_one_corrected_and_removed_leaves_both_wordings_in_the_trail(admin):
    admin.post(LIST, POSTED)
    edit_url = reverse("accounts:contact-edit", args=[own().pk])
    assert 'value="0571-87057000"' in admin.get(edit_url).content.decode()
    admin.post(edit_url, POSTED | {"phone": "0571-87050000"})
    assert own().phone == "0571-87050000"
    remove_url = reverse("accounts:contact-remove", args=[own().pk])
    assert "已删除“浙江省商务厅汽车流通处”" in admin.post(remove_url, follow=True).content.decode()
    assert not Contact.objects.filter(name=POSTED["name"]).exists()
    assert admin.post(remove_url).status_code == 404
    old, new = "浙江省商务厅汽车流通处 0571-87057000", "浙江省商务厅汽车流通处 0571-87050000"
    assert trail()[1:] == [("contact.edit", f"{old} → {new}"), ("contact.remove", new)]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"name": ""}, "请填写“名称”。"),
        ({"phone": "请看网站"}, "请填写电话号码"),
        ({"jurisdiction": "999999"}, "jurisdiction"),
        ({"order": "-1"}, "order"),
    ],
)
def test_what_cannot_be_a_contact_is_refused_and_stays_on_the_page(admin, typed, told):
    answer = admin.post(LIST, POSTED | typed)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert told in page
    assert POSTED["hours"] in page
    assert Contact.objects.count() == 1


def test_the_same_name_twice_under_one_authority_is_refused(admin):
    admin.post(LIST, POSTED)
    answer = admin.post(LIST, POSTED | {"phone": "0571-1"})
    assert (answer.status_code, Contact.objects.count()) == (422, 2)
    assert "该机构已有同名的联系方式。" in answer.content.decode()


def test_nobody_else_keeps_them(client_for):
    contact = Contact.objects.get()
    for user in (
        UserFactory(),
        UserFactory(county=True),
        UserFactory(nation=True),
        UserFactory(auditor=True),
    ):
        client = client_for(user)
        remove_url = reverse("accounts:contact-remove", args=[contact.pk])
        assert [client.get(LIST).status_code, client.post(LIST, POSTED).status_code] == [403, 403]
        assert client.post(remove_url).status_code == 403
        assert not Contact.objects.visible_to(user).exists()
    assert Contact.objects.get() == contact


def test_the_list_costs_the_same_for_one_and_for_three(admin, queries_of):
    counts = []
    for names in (["一"], ["二", "三"]):
        for name in names:
            Contact.objects.create(jurisdiction_id="330000", name=name, phone="1")
        with queries_of() as queries:
            admin.get(LIST)
        counts.append(len(queries))
    assert counts[0] == counts[1]
