"""An enterprise of the old system signs in, is told what is missing, and goes on from there."""

import datetime

import pytest

from accounts.models import Contact
from filing.services.old_filings import load_old_filing
from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import UserFactory, uscc_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "Lake-and-Hills-1906"
VALUES = {
    "uscc": uscc_of(700_101),
    "enterprise_name": "杭州旧系统汽车销售有限公司",
    "enterprise_types": ["A3"],
    "division_code": "330106",
    "contact_mobile": "13800000042",
}


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_an_enterprise_of_the_old_system_completes_its_filing(at_browser, viewport):
    day, admin = datetime.date(2021, 6, 1), UserFactory(admin=True)
    load_old_filing(values=VALUES, confirmed_on=day, brand_lines=[], by=admin)
    manager = UserFactory(uscc=VALUES["uscc"], phone=VALUES["contact_mobile"])
    manager.set_password(PASSWORD)
    manager.save()
    Contact.objects.get_or_create(jurisdiction_id="320000", name="江苏省商务厅", phone="025-00000000")
    clerk = at_browser(viewport=viewport)
    clerk.sign_in(manager.username, PASSWORD)

    clerk.open("/filing/open/")
    clerk.press("main form button.btn-primary")
    assert "找到贵企业在原系统的备案" in clerk.text
    assert "此前已备案，请补充以下" in clerk.text
    assert not clerk.faults()
    clerk.open("/help/")
    assert not clerk.faults()
    clerk.open("/")
    assert "营业执照正本影像" in clerk.text
    assert not clerk.faults()
    clerk.press("text=补充备案信息")
    clerk.press("#missing button")
    assert clerk.page.url.endswith("/filing/edit/")
    assert clerk.page.input_value("[name=enterprise_name]") == VALUES["enterprise_name"]
    Contact.objects.filter(jurisdiction_id="320000").delete()
