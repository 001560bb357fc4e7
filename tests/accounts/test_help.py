"""The help page and its contacts."""

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.management.commands.load_codes import load_codes
from accounts.models import Contact, Jurisdiction
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
HELP = reverse("help")


def contact(name, code, **facts):
    return Contact.objects.create(jurisdiction_id=code, name=name, phone="0571-00000000", **facts)


def test_the_nation_is_there_from_the_start_and_what_was_changed_stays():
    national = Contact.objects.get()
    assert (national.jurisdiction, national.phone) == (None, settings.SUPPORT_PHONE)
    Contact.objects.update(phone="010-00000000")
    load_codes()
    assert Contact.objects.get().phone == "010-00000000"


def test_ones_own_authority_comes_first():
    second = contact("浙江二", "330000", order=2)
    first = contact("浙江一", "330000", order=1)
    other = contact("江苏", "320000")
    national = Contact.objects.get(jurisdiction=None)

    assert list(Contact.objects.for_reader(UserFactory())) == [first, second, national, other]
    assert Contact.objects.for_reader(UserFactory(nation=True)).first() == national


def test_the_page_says_whom_to_call(client_for):
    contact("浙江省商务厅汽车流通处", "330000", hours="工作日 9:00–17:00")
    contact("江苏省商务厅", "320000")
    text = client_for(UserFactory()).get(HELP).content.decode()
    assert (
        text.index("浙江省商务厅汽车流通处") < text.index(settings.SUPPORT_PHONE) < text.index("江苏省商务厅")
    )
    assert "工作日 9:00–17:00" in text
    assert "还没有登记联系电话" not in text


def test_a_visitor_reads_it_with_all_contacts_and_the_way_to_sign_in(client):
    contact("浙江省商务厅汽车流通处", "330000")
    page = client.get(HELP)
    text = page.content.decode()
    assert page.status_code == 200
    assert text.index(settings.SUPPORT_PHONE) < text.index("浙江省商务厅汽车流通处")
    assert '<details class="help-others" open>' in text
    assert reverse("accounts:login") in text
    assert "退出登录" not in text
    assert page.context["menu"] == []


@pytest.mark.parametrize("role", ["manager", "county", "nation", "admin", "auditor"])
def test_everybody_signed_in_reads_it(client_for, role):
    user = UserFactory() if role == "manager" else UserFactory(**{role: True})
    text = client_for(user).get(HELP).content.decode()
    assert "新能源车型排量信息可以填 0" in text
    assert ("浙江省商务厅还没有登记联系电话" in text) == (role in ("manager", "county"))


def test_it_costs_the_same_for_one_and_for_three(client_for, queries_of):
    client = client_for(UserFactory())
    counts = []
    for codes in (["330000"], ["320000", "310000"]):
        for code in codes:
            contact(Jurisdiction.objects.get(pk=code).name, code)
        with queries_of() as queries:
            client.get(HELP)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_pages_lead_to_it(client_for):
    client = client_for(UserFactory())
    assert f'href="{HELP}"' in client.get(reverse("home")).content.decode()
    assert f'href="{HELP}"' in client.get("/nowhere/").content.decode()
