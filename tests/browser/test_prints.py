"""备案信息表 as the browser prints it: whole A4 pages, nothing of the screen, images when asked for."""

import io
import re
import zlib

import pytest
from django.db import transaction
from PIL import Image

from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import BrandLineFactory, FilingFactory, VehicleModelFactory
from tests.reviews.months import dealer, line, month

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "Lake-and-Hills-1906"
A4 = (595, 842)


def sizes_of(pdf):
    """The size in points of each page of a PDF; page objects may lie in compressed streams."""
    packed = [
        zlib.decompressobj().decompress(raw) for raw in re.findall(rb"stream\r?\n(x.*?)endstream", pdf, re.S)
    ]
    text = pdf + b"".join(packed)
    boxes = re.findall(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)", text)
    return [(round(float(width)), round(float(height))) for width, height in boxes]


@pytest.fixture
def filing():
    filing = FilingFactory(confirmed=True, business_scope="汽车新车销售；二手车经销；汽车零配件零售；" * 12)
    BrandLineFactory.create_batch(24, filing=filing)
    manager = filing.enterprise.staff.get()
    manager.set_password(PASSWORD)
    manager.save()
    return filing


@pytest.fixture
def clerk_of(at_browser):
    def arrive(filing, **options):
        clerk = at_browser(**options)
        clerk.sign_in(filing.enterprise.staff.get().username, PASSWORD)
        return clerk

    return arrive


def test_the_form_prints_on_whole_a4_pages(filing, clerk_of):
    clerk = clerk_of(filing)
    clerk.open("/filing/print/")
    assert clerk.page.locator(".sheet-code img").evaluate("image => image.naturalWidth > 0")
    clerk.page.emulate_media(media="print")
    for selector in (".site-header", ".menu", ".print-tools", ".site-footer"):
        assert not clerk.page.locator(selector).is_visible()

    plain = sizes_of(clerk.page.pdf(prefer_css_page_size=True, print_background=False))
    clerk.open("/filing/print/?images=1")
    clerk.page.wait_for_load_state("networkidle")
    with_images = sizes_of(clerk.page.pdf(prefer_css_page_size=True, print_background=False))

    assert set(plain + with_images) == {A4}
    assert len(plain) in (2, 3)
    assert len(with_images) > len(plain)
    assert clerk.complaints == []


def test_a_long_month_prints_across_whole_a4_pages(at_browser):
    enterprise = dealer()
    lines = [line(VehicleModelFactory(name=f"远行{number}型")) for number in range(200)]
    with transaction.atomic():
        report = month(enterprise, lines=lines)
    manager = enterprise.staff.get()
    manager.set_password(PASSWORD)
    manager.save()
    clerk = at_browser()
    clerk.sign_in(manager.username, PASSWORD)
    clerk.open(report.url("print"))
    assert not clerk.faults()
    clerk.page.emulate_media(media="print")
    fits = (
        "document.querySelector('.sheet-figures').scrollWidth <= document.querySelector('.sheet').clientWidth"
    )
    clerk.page.set_viewport_size({"width": 1030, "height": 700})  # 273 mm between the margins
    assert clerk.page.evaluate(fits)
    sizes = sizes_of(clerk.page.pdf(prefer_css_page_size=True, print_background=False))
    assert set(sizes) == {A4[::-1]}
    assert len(sizes) in range(5, 16)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_paper_and_public_page_are_accessible_and_fit(filing, clerk_of, at_browser, viewport):
    clerk = clerk_of(filing, viewport=viewport)
    clerk.open("/filing/print/?images=1")
    assert not clerk.faults()
    address = clerk.page.locator(".sheet-address").inner_text()

    passer_by = at_browser(viewport=viewport)
    passer_by.page.goto(address)
    assert filing.enterprise_name in passer_by.text
    assert not passer_by.faults()
    passer_by.open("/verify/unknown/")
    assert "没有查到" in passer_by.text
    assert not passer_by.faults()


def test_the_code_can_be_read_from_the_screen(filing, clerk_of):
    """The finder patterns stand in three corners on white, at a size a telephone reads."""
    clerk = clerk_of(filing)
    clerk.open("/filing/print/")
    shot = clerk.page.locator(".sheet-code img").screenshot()
    code = Image.open(io.BytesIO(shot)).convert("L")
    assert min(code.size) >= 96
    edge = round(code.width * 0.08)
    corners = [(edge, edge), (code.width - edge, edge), (edge, code.height - edge)]
    assert all(code.getpixel(corner) < 128 for corner in corners)
