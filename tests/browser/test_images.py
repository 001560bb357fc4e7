"""A photo too large for the filing is made smaller and upright in a real browser, by mouse or by keys."""

import io

import pytest
from PIL import Image, ImageDraw

from autoflow.common.images import MAX_BYTES
from filing.images import read_image
from filing.models import Filing
from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import FilingFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "Lake-and-Hills-1906"
FIELD = "[data-image-field='公章影像']"


def photo(size=(3200, 2400), orientation=1):
    """A photo of several megabytes: grain all over, a dark bar along the upper edge as it is stored."""
    image = Image.effect_noise(size, 40).convert("RGB")
    ImageDraw.Draw(image).rectangle((0, 0, size[0], size[1] // 4), fill="#202020")
    exif = Image.Exif()
    exif[0x0112] = orientation
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=85, exif=exif)
    return {"name": "手机照片.jpeg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


@pytest.fixture
def clerk_of(at_browser):
    def arrive(filing, **options):
        manager = filing.enterprise.staff.get()
        manager.set_password(PASSWORD)
        manager.save()
        clerk = at_browser(**options)
        clerk.sign_in(manager.username, PASSWORD)
        clerk.open("/filing/edit/")
        return clerk

    return arrive


def part(clerk, selector):
    return clerk.page.locator(f"{FIELD} {selector}")


def stored_seal(filing):
    seal = Filing.objects.get(pk=filing.pk).seal_image
    return Image.open(io.BytesIO(read_image(seal))), seal


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_large_photo_is_made_smaller_turned_and_accepted(clerk_of, viewport):
    filing = FilingFactory()
    clerk = clerk_of(filing, viewport=viewport)
    file = photo(orientation=6)
    assert len(file["buffer"]) > 2 * 1024 * 1024

    part(clerk, "input[type=file]").set_input_files(file)
    part(clerk, "[data-image-editor]").wait_for(state="visible")
    assert "2400×3200 像素" in part(clerk, "[data-image-before]").inner_text()
    assert "KB，" in part(clerk, "[data-image-after]").inner_text()
    assert "再点“用这张”" in part(clerk, "[data-image-message]").inner_text()
    assert not clerk.faults()

    clerk.page.locator("button[name=action][value=save]").click()
    assert "还没有选定" in part(clerk, "[data-image-message]").inner_text()
    assert clerk.page.url.endswith("/filing/edit/")

    part(clerk, "[data-image-do=left]").click()
    part(clerk, "[data-image-do=accept]:enabled").click()
    part(clerk, "[data-image-editor]").wait_for(state="hidden")
    assert "已采用处理后的图片" in part(clerk, "[data-image-message]").inner_text()
    assert part(clerk, "[data-image-preview] img").get_attribute("alt") == "公章影像，待上传"
    clerk.press("button[name=action][value=save]")

    assert "草稿已保存" in clerk.text
    image, seal = stored_seal(filing)
    assert seal.size <= MAX_BYTES
    assert image.width / image.height == pytest.approx(4 / 3, abs=0.01)
    assert image.convert("L").resize((4, 4)).getpixel((1, 0)) < 60
    assert clerk.complaints == []


def test_the_keys_alone_are_enough(clerk_of):
    filing = FilingFactory()
    clerk = clerk_of(filing)
    keys = clerk.page.keyboard

    part(clerk, "input[type=file]").set_input_files(photo())
    part(clerk, "[data-image-editor]").wait_for(state="visible")
    assert clerk.page.evaluate("document.activeElement.matches('[data-image-editor]')")
    for _ in ("slider", "复位", "向左转", "向右转"):
        keys.press("Tab")
    keys.press("Enter")
    part(clerk, "[data-image-do=accept]:enabled").wait_for()
    keys.press("Tab")
    keys.press("Space")
    part(clerk, "[data-image-editor]").wait_for(state="hidden")
    assert clerk.page.evaluate("document.activeElement.name") == "seal_image"
    clerk.press("button[name=action][value=save]")

    image, _ = stored_seal(filing)
    assert image.width < image.height


def scan(tilt=0):
    """A page of 900 × 650 pixels with a black bar along its upper edge, laid askew on grey."""
    image = Image.new("RGB", (900, 650), "white")
    ImageDraw.Draw(image).rectangle((0, 0, 900, 200), fill="black")
    buffer = io.BytesIO()
    image.rotate(tilt, Image.Resampling.BICUBIC, fillcolor="grey").save(buffer, "PNG")
    return {"name": "扫描.png", "mimeType": "image/png", "buffer": buffer.getvalue()}


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_picture_lying_askew_is_straightened_by_degrees(clerk_of, viewport):
    filing = FilingFactory()
    clerk = clerk_of(filing, viewport=viewport)
    part(clerk, "input[type=file]").set_input_files(scan(tilt=5))
    part(clerk, "[data-image-adjust]").click()
    slider = clerk.page.get_by_label("微调角度").and_(part(clerk, "input"))
    part(clerk, "[data-image-do=accept]:enabled").wait_for()
    slider.focus()
    for _ in range(12):
        clerk.page.keyboard.press("ArrowRight")
    assert part(clerk, "[data-image-angle]").inner_text() == "6°"
    assert slider.get_attribute("aria-valuetext") == "6 度"
    assert part(clerk, "[data-image-do=accept]").is_disabled()
    part(clerk, "[data-image-do=level]").click()
    part(clerk, "[data-image-do=accept]:enabled").wait_for()
    assert "900×650 像素" in part(clerk, "[data-image-after]").inner_text()

    slider.focus()
    for _ in range(10):
        clerk.page.keyboard.press("ArrowRight")
    part(clerk, "[data-image-do=accept]:enabled").wait_for()
    assert not clerk.faults()
    part(clerk, "[data-image-do=accept]").click()
    part(clerk, "[data-image-editor]").wait_for(state="hidden")
    clerk.press("button[name=action][value=save]")

    image, _ = stored_seal(filing)
    assert image.size == (953, 726)
    grey = image.convert("L")
    assert min(map(grey.getpixel, [(2, 2), (950, 2), (2, 723), (950, 723)])) > 245
    middle = [[grey.getpixel((x, y)) for x in (200, 476, 750)] for y in (225, 255)]
    assert max(middle[0]) < 40
    assert min(middle[1]) > 215


def test_a_small_picture_goes_as_it_is_and_can_be_turned(clerk_of):
    filing = FilingFactory()
    clerk = clerk_of(filing)
    part(clerk, "input[type=file]").set_input_files(scan())
    part(clerk, "[data-image-adjust]").wait_for(state="visible")
    assert "900×650 像素" in part(clerk, "[data-image-message]").inner_text()
    part(clerk, "[data-image-adjust]").click()
    part(clerk, "[data-image-editor]").wait_for(state="visible")
    part(clerk, "[data-image-do=right]").click()
    part(clerk, "[data-image-do=accept]:enabled").click()
    part(clerk, "[data-image-editor]").wait_for(state="hidden")
    clerk.press("button[name=action][value=save]")

    image, _ = stored_seal(filing)
    assert image.size == (650, 900)
    assert clerk.complaints == []


def test_what_is_no_picture_is_named_and_not_sent(clerk_of):
    clerk = clerk_of(FilingFactory())
    part(clerk, "input[type=file]").set_input_files(
        {"name": "执照.jpg", "mimeType": "image/jpeg", "buffer": b"%PDF-1.7 a scan"}
    )
    part(clerk, ".is-refused").wait_for()
    assert "“执照.jpg”不是 jpg 或 png 图片" in part(clerk, "[data-image-message]").inner_text()
    assert part(clerk, "input[type=file]").input_value() == ""


def test_without_scripts_the_server_says_what_is_wrong(clerk_of):
    filing = FilingFactory()
    clerk = clerk_of(filing, java_script_enabled=False)
    part(clerk, "input[type=file]").set_input_files(photo())
    clerk.page.locator("button[name=action][value=save]").click()
    assert "图片须为 jpg 或 png 且不超过300KB；当前文件jpeg" in clerk.text
    assert Filing.objects.get(pk=filing.pk).seal_image is None
