"""The main job, once through, in a real browser: from registration to trades in the list."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.utils import timezone
from PIL import Image, ImageDraw

from filing.enums import ConfirmLevel
from filing.models import ConfirmPolicy, Enterprise, Filing
from tests.factories import BrandFactory, FilingFactory, UserFactory, uscc_of
from usedcar.models import Trade
from usedcar.synthetic import Reporter, trade_rows
from usedcar.template_workbook import cells_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "Lake-and-Hills-1906"
TEXTS = {
    "legal_representative": "赵明",
    "registered_capital": "1000",
    "established_on": "2020-09-01",
    "registered_address": "浙江省杭州市西湖区文三路1号",
    "business_address": "浙江省杭州市西湖区文三路1号",
    "contact_name": "钱芳",
    "employee_count": "30",
    "business_area": "3200",
    "showroom_count": "1",
    "showroom_area": "800",
}


def picture(text):
    image = Image.new("RGB", (900, 1200), "white")
    ImageDraw.Draw(image).text((200, 300), text, fill="black")
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return {"name": f"{text}.png", "mimeType": "image/png", "buffer": buffer.getvalue()}


@pytest.fixture
def officer():
    user = UserFactory(county=True, username="officer")
    user.set_password(PASSWORD)
    user.save()
    ConfirmPolicy.objects.create(
        jurisdiction=user.jurisdiction,
        division_prefix="330106",
        level=ConfirmLevel.COUNTY,
        effective_from=timezone.now() - timedelta(days=1),
        set_by=user,
    )
    return user


def register(person, uscc):
    person.open("/accounts/register/")
    page = person.page
    page.fill("[name=enterprise_name]", "杭州西湖路径汽车销售有限公司")
    page.fill("[name=uscc]", uscc)
    for number, code in enumerate(("330000", "330100", "330106")):
        select = page.locator(".division-picker select").nth(number)
        select.locator(f"option[value='{code}']").wait_for(state="attached")
        select.select_option(code)
    page.fill("[name=phone]", "13800000001")
    page.fill("[name=email]", "clerk@example.com")
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=password_again]", PASSWORD)
    page.check("[name=privacy_read]")
    person.press("main form button.btn-primary")


def fill_filing(page, brand):
    page.check("[name=enterprise_types][value=A3]")
    for name, text in TEXTS.items():
        page.fill(f"[name={name}]", text)
    page.check("[name=business_modes][value=FOUR_S]")
    page.check("[name=vehicle_scope][value=PASSENGER]")
    for name in ("sells_nev", "sells_import", "used_car_business"):
        page.check(f"[name={name}][value='0']")
    for name in ("licence_original_image", "licence_duplicate_image", "seal_image"):
        page.set_input_files(f"[name={name}]", picture(name))
    page.check("[name=image_sync_acknowledged]")
    page.check("[name=truth_declared]")
    page.click("#id_brand_lines-0-brand_id")
    page.locator("#id_brand_lines-0-brand_id").press_sequentially(brand.name)
    page.locator("[role=option]", has_text=brand.name).first.click()
    page.select_option("[name=brand_lines-0-authorization_type]", "UNAUTHORIZED")
    page.fill("[name=brand_lines-0-supplier_name]", "测试汽车销售有限公司")


def test_enterprise_registers_files_and_is_confirmed(at_browser, officer):
    brand, uscc = BrandFactory(), uscc_of(990_006)
    clerk = at_browser()

    register(clerk, uscc)
    assert clerk.page.url.endswith("/filing/open/")
    clerk.press("main form button.btn-primary")
    assert clerk.page.url.endswith("/filing/edit/")

    clerk.press("button[name=action][value=submit]")
    assert "需要修改" in clerk.text
    assert not clerk.faults()
    fill_filing(clerk.page, brand)
    clerk.press("button[name=action][value=save]")
    assert "草稿已保存" in clerk.text
    assert clerk.page.input_value("[name=legal_representative]") == "赵明"

    clerk.press("button[name=action][value=submit]")
    if clerk.page.locator("[name=warnings_checked]").count():
        clerk.page.check("[name=warnings_checked]")
        clerk.press("button[name=action][value=submit]")
    assert "等待西湖区商务局确认" in clerk.text
    assert clerk.page.locator("a", has_text="打印备案信息表").count() == 0

    reviewer = at_browser()
    reviewer.sign_in("officer", PASSWORD)
    filing = Filing.objects.get(uscc=uscc)
    reviewer.open(f"/reviews/filings/{filing.pk}/")
    assert "测试汽车销售有限公司" in reviewer.text
    assert reviewer.page.locator("[data-viewer-image] img").count() == 3
    reviewer.page.keyboard.press("Alt+y")
    reviewer.press(f"form[action='/reviews/filings/{filing.pk}/confirm/'] button.btn-primary")

    clerk.open("/filing/")
    assert "确认通过" in clerk.text
    assert clerk.page.locator("a", has_text="打印备案信息表").count() == 1
    assert Enterprise.objects.get(uscc=uscc).is_confirmed
    assert clerk.complaints + reviewer.complaints == []


def test_officer_returns_and_the_enterprise_sees_the_reason(at_browser, officer):
    filing = FilingFactory(submitted=True)
    manager = filing.enterprise.staff.get()
    manager.set_password(PASSWORD)
    manager.save()
    filing.confirm_level, filing.confirm_body = ConfirmLevel.COUNTY, "西湖区商务局"
    filing.save()
    reviewer = at_browser()
    reviewer.sign_in("officer", PASSWORD)
    reviewer.open(f"/reviews/filings/{filing.pk}/")
    reviewer.page.locator("input[name=fields][value=legal_representative]").check()
    reviewer.page.keyboard.press("Alt+r")
    reviewer.page.locator("dialog textarea[name=reason], textarea[name=reason]").first.fill(
        "法定代表人与执照不一致。"
    )
    reviewer.press(f"form[action='/reviews/filings/{filing.pk}/return/'] button.btn-danger")

    clerk = at_browser()
    clerk.sign_in(manager.username, PASSWORD)
    clerk.open("/filing/")
    assert "退回" in clerk.text
    assert "法定代表人与执照不一致。" in clerk.text
    assert reviewer.complaints + clerk.complaints == []


def test_used_car_enterprise_imports_a_workbook(at_browser, tmp_path):
    filing = FilingFactory(confirmed=True, enterprise_types=["B2"])
    Enterprise.objects.filter(pk=filing.enterprise_id).update(types=["B2"])
    manager = filing.enterprise.staff.get()
    manager.set_password(PASSWORD)
    manager.save()
    clerk = at_browser(accept_downloads=True)
    clerk.sign_in(manager.username, PASSWORD)
    clerk.open("/usedcar/imports/")

    with clerk.page.expect_download() as download:
        clerk.page.click("text=下载导入模板")
    path = tmp_path / "filled.xlsx"
    download.value.save_as(path)
    book = openpyxl.load_workbook(path)
    day = timezone.localdate() - timedelta(days=5)
    reporter = Reporter(filing.uscc, filing.enterprise_name, "330106")
    for number, row in enumerate(trade_rows(12, 9, days=[day], reporter=reporter), start=3):
        values = {**row, "vin": "LSV"} if number == 5 else row
        for column, value in enumerate(cells_of(values), start=1):
            if value not in (None, ""):
                book.worksheets[0].cell(number, column, value)
    book.save(path)

    clerk.page.set_input_files("[name=file]", path)
    clerk.press("text=上传并校验")
    assert "第5行“车辆识别代号”" in clerk.text
    assert not clerk.faults()
    if clerk.page.locator("[name=warnings_read]").count():
        clerk.page.check("[name=warnings_read]")
    clerk.press("button:has-text('导入 11 行')")
    assert "已导入 11 笔交易" in clerk.text
    assert not clerk.faults()
    clerk.press("text=查看这些交易")
    assert "共 11 条" in clerk.text
    assert Trade.objects.count() == 11
    assert clerk.complaints == []
