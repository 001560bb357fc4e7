"""Pictures as users and attackers upload them."""

import io
import os
import random
import struct
import subprocess
import sys
import time
import zlib

import pytest
from django.conf import settings
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from autoflow.common.images import (
    DAMAGED,
    LEAST_SHARPNESS,
    MAX_BYTES,
    MAX_SCANS,
    CleanImage,
    ImageRefused,
    clean_image,
    is_hard_to_read,
    rebuilt_png,
    sharpness_of,
    smaller,
)

SIZE = (400, 300)


def picture(mode="RGB", size=SIZE, color=None):
    image = Image.new(mode, size, color if color is not None else 0)
    if mode == "RGB":
        ImageDraw.Draw(image).rectangle((0, 0, size[0] // 2, size[1] // 2), fill="red")
    return image


def palette_picture():
    image = Image.new("P", SIZE, 1)
    image.putpalette([0, 0, 0, 10, 10, 10])
    return image


def saved(image, kind, **options):
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def opened(clean):
    return Image.open(io.BytesIO(clean.data))


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_header(width, height, depth=8, color=0):
    return b"\x89PNG\r\n\x1a\n" + chunk(
        b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_clean_image_redraws_as_jpeg(kind):
    clean = clean_image(saved(picture(), kind))
    assert (clean.kind, clean.width, clean.height) == (kind.lower(), 400, 300)
    assert clean.data.startswith(b"\xff\xd8\xff")
    assert len(clean.sha256) == 64
    assert opened(clean).getpixel((10, 10))[0] > 240


def test_clean_image_same_bytes_give_the_same_hash():
    data = saved(picture(), "PNG")
    assert clean_image(data).sha256 == clean_image(data).sha256


def test_clean_image_turns_upright_and_drops_metadata():
    exif = Image.Exif()
    exif[0x0112], exif[0x010E], exif[0x8825] = 6, "秘密", {1: "N"}
    clean = clean_image(saved(picture(), "JPEG", exif=exif, comment=b"hidden"))
    image = opened(clean)
    assert (clean.width, clean.height) == (300, 400)
    assert image.getpixel((290, 10))[0] > 240
    assert not image.getexif()
    assert b"hidden" not in clean.data
    assert "秘密".encode() not in clean.data


@pytest.mark.parametrize(
    ("image", "options", "expected"),
    [
        (picture("RGBA", color=(0, 0, 0, 0)), {}, 255),
        (picture("LA", color=(0, 0)), {}, 255),
        (palette_picture(), {"transparency": 1}, 255),
        (palette_picture(), {}, 10),
        (picture("1", color=1), {}, 255),
        (picture("L", color=200), {}, 200),
        (picture("I;16", color=200 * 256), {}, 200),
    ],
)
def test_clean_image_flattens_every_png_mode_on_white(image, options, expected):
    red, green, blue = opened(clean_image(saved(image, "PNG", **options))).getpixel((50, 50))
    assert max(abs(red - expected), abs(green - expected), abs(blue - expected)) <= 2


@pytest.mark.parametrize("mode", ["CMYK", "L"])
def test_clean_image_takes_every_jpeg_mode(mode):
    assert opened(clean_image(saved(picture(mode), "JPEG"))).mode == "RGB"


def test_clean_image_keeps_the_colours_of_a_picture_for_print():
    red, green, blue = opened(clean_image(saved(picture().convert("CMYK"), "JPEG"))).getpixel((50, 50))
    assert red > 240
    assert max(green, blue) < 15


def test_clean_image_takes_sixteen_bits_a_colour():
    row = b"\0" + struct.pack(">3H", 200 * 256, 100 * 256, 0) * 300
    data = png_header(300, 300, 16, 2) + chunk(b"IDAT", zlib.compress(row * 300)) + chunk(b"IEND", b"")
    red, green, blue = opened(clean_image(data)).getpixel((50, 50))
    assert (abs(red - 200) <= 3, abs(green - 100) <= 3, blue <= 3) == (True, True, True)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_clean_image_stands_upright_whatever_way_the_camera_was_held(orientation):
    """The red quarter is at the upper left of the scene; the camera stored it turned and says how."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    turned = picture().transpose(undo[orientation]) if orientation in undo else picture()
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = opened(clean_image(saved(turned, "JPEG", exif=exif)))
    assert image.size == SIZE
    assert image.getpixel((10, 10))[0] > 240
    assert image.getpixel((390, 290))[0] < 15


def test_clean_image_shows_the_first_picture_of_an_animation_alone():
    second = picture(color="blue")
    clean = clean_image(saved(picture(), "PNG", save_all=True, append_images=[second, second]))
    assert b"acTL" in saved(picture(), "PNG", save_all=True, append_images=[second, second])
    assert opened(clean).getpixel((10, 10))[0] > 240
    assert getattr(opened(clean), "n_frames", 1) == 1


def test_clean_image_takes_the_first_of_several_pictures_of_a_camera():
    clean = clean_image(saved(picture(), "MPO", save_all=True, append_images=[picture(color="blue")]))
    assert opened(clean).format == "JPEG"
    assert opened(clean).getpixel((10, 10))[0] > 240


def test_clean_image_exact_limit_passes_and_one_byte_more_is_refused():
    data = saved(picture(), "JPEG")
    assert clean_image(data + b"\0" * (MAX_BYTES - len(data))).kind == "jpeg"
    with pytest.raises(ImageRefused, match="当前文件jpeg，301KB"):
        clean_image(data + b"\0" * (MAX_BYTES - len(data) + 1))


def test_clean_image_stays_within_the_limit_for_busy_pictures():
    source = random.Random(1)
    rows = b"".join(b"\0" + bytes(source.choices((0, 255), k=125)) for _ in range(1000))
    data = png_header(1000, 1000, 1) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    clean = clean_image(data)
    assert len(clean.data) <= MAX_BYTES
    assert (clean.width, clean.height) != (0, 0)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (saved(picture(), "GIF"), "gif"),
        (saved(picture(), "BMP"), "bmp"),
        (saved(picture(), "WEBP"), "webp"),
        (saved(picture(), "TIFF"), "tiff"),
        (b"%PDF-1.7", "pdf"),
        (b"<svg onload=alert(1)>", "格式不明"),
        (b"", "格式不明"),
    ],
)
def test_clean_image_other_kinds_are_refused_by_content(data, kind):
    with pytest.raises(ImageRefused, match=f"当前文件{kind}") as refused:
        clean_image(data)
    assert refused.value.rule == "F-011"


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 0.9, 0.99])
def test_clean_image_cut_off_is_refused(kind, share):
    data = saved(Image.effect_noise(SIZE, 50), kind)
    with pytest.raises(ImageRefused):
        clean_image(data[: int(len(data) * share)])


def test_clean_image_flipped_bytes_never_raise_anything_else():
    source = random.Random(2)
    for kind in ("JPEG", "PNG"):
        good = saved(Image.effect_noise(SIZE, 50).resize((220, 220)), kind)
        for _ in range(60):
            data = bytearray(good)
            for _ in range(3):
                data[source.randrange(len(data))] = source.randrange(256)
            try:
                assert isinstance(clean_image(bytes(data)), CleanImage)
            except ImageRefused:
                continue


def test_clean_image_judges_a_file_too_long_by_its_beginning():
    with pytest.raises(ImageRefused, match="当前文件png，2048KB"):
        clean_image(saved(picture(), "PNG")[:100], size=2 * 1024 * 1024)


def test_clean_image_bomb_is_refused_before_decoding():
    body = zlib.compress(b"\0" * (13_001 * 13_000 // 64), 9)
    started = time.perf_counter()
    with pytest.raises(ImageRefused, match="尺寸过大"):
        clean_image(png_header(13_000, 13_000) + chunk(b"IDAT", body) + chunk(b"IEND", b""))
    with pytest.raises(ImageRefused, match="尺寸过大"):
        clean_image(png_header(7_999, 7_999) + chunk(b"IDAT", body) + chunk(b"IEND", b""))
    assert time.perf_counter() - started < 1


def test_clean_image_too_small_is_refused():
    with pytest.raises(ImageRefused, match="尺寸过小"):
        clean_image(saved(picture(size=(199, 400)), "PNG"))


def test_clean_image_many_scans_are_refused():
    data = saved(picture(), "JPEG", progressive=True)
    place = data.rindex(b"\xff\xda")
    scan = data[place:-2]
    more = MAX_SCANS - data.count(b"\xff\xda")
    assert clean_image(data[:-2] + scan * more + b"\xff\xd9").kind == "jpeg"
    with pytest.raises(ImageRefused, match="编码方式"):
        clean_image(data[:-2] + scan * (more + 1) + b"\xff\xd9")


def test_clean_image_largest_picture_with_most_scans_takes_seconds_at_most():
    data = saved(Image.new("RGB", (3870, 3870)), "JPEG", progressive=True, quality=1)
    scan = data[data.rindex(b"\xff\xda") : -2]
    started = time.process_time()
    clean = clean_image(data[:-2] + scan * (MAX_SCANS - data.count(b"\xff\xda")) + b"\xff\xd9")
    assert time.process_time() - started < 10
    assert (clean.width, clean.height) == (3000, 3000)


def test_clean_image_large_picture_in_several_scans_is_refused():
    data = saved(Image.new("RGB", (3900, 3900)), "JPEG", progressive=True, quality=1)
    with pytest.raises(ImageRefused, match="编码方式"):
        clean_image(data)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA"])
def test_clean_image_made_smaller_by_strips_is_the_same_as_made_smaller_at_once(mode):
    image = picture(size=(4001, 3500)).convert(mode)
    ImageDraw.Draw(image).line((0, 0, 4000, 3499), fill=255 if mode == "LA" else "blue", width=9)
    found = smaller(image)
    expected = image.convert("RGB").resize(found.size, Image.Resampling.LANCZOS)
    assert found.size == (3000, 2624)
    assert max(high for _, high in ImageChops.difference(found, expected).getextrema()) <= 1


PEAK = """
import io, sys
from PIL import Image
from autoflow.common.images import clean_image

def peak():
    lines = dict(line.split(":", 1) for line in open("/proc/self/status"))
    return int(lines["VmHWM"].split()[0])

for kind in ("PNG", "JPEG"):
    small = io.BytesIO()
    Image.new("RGB", (400, 400)).save(small, kind)
    clean_image(small.getvalue())
before = peak()
clean_image(open(sys.argv[1], "rb").read())
print((peak() - before) // 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="peaks are read from /proc")
@pytest.mark.parametrize(
    ("mode", "size", "options"),
    [
        *[(mode, (5000, 5000), {"format": "PNG"}) for mode in ("RGB", "RGBA", "LA", "L")],
        ("RGB", (5000, 5000), {"format": "JPEG", "optimize": True}),
        ("RGB", (3870, 3870), {"format": "JPEG", "progressive": True, "subsampling": 0}),
    ],
)
def test_clean_image_largest_picture_takes_150_mib_at_most(tmp_path, mode, size, options):
    path = tmp_path / "largest"
    Image.new(mode, size).save(path, **options)
    command = [sys.executable, "-c", PEAK, str(path)]
    answer = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=settings.BASE_DIR, env=os.environ
    )
    assert int(answer.stdout) <= 150


def test_clean_image_two_frame_headers_are_refused():
    data = saved(picture(), "JPEG")
    place = data.index(b"\xff\xc0")
    frame = data[place : place + 2 + int.from_bytes(data[place + 2 : place + 4], "big")]
    with pytest.raises(ImageRefused, match=DAMAGED):
        clean_image(data[:place] + frame + data[place:])


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_clean_image_polyglot_loses_its_payload(kind):
    payload = b"<script>alert(1)</script>PK\x03\x04"
    clean = clean_image(saved(picture(), kind) + payload)
    assert payload not in clean.data


def test_rebuilt_png_keeps_only_what_a_picture_needs():
    data = saved(picture(), "PNG")
    text = chunk(b"tEXt", b"Comment\0<?php system(1)?>")
    profile = chunk(b"iCCP", b"x\0\0" + zlib.compress(b"\0" * 1_000_000))
    assert rebuilt_png(data[:33] + text + profile + data[33:]) == data


@pytest.mark.parametrize(
    "data",
    [
        png_header(300, 300)[:-1] + b"\0" + chunk(b"IEND", b""),
        b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", b"") + chunk(b"IEND", b""),
        png_header(300, 300) + chunk(b"IHDR", b"\0" * 13) + chunk(b"IEND", b""),
        png_header(300, 300) + b"\xff\xff\xff\xffIDAT",
        png_header(300, 300) + chunk(b"IEND", b""),
    ],
)
def test_clean_image_broken_chunks_are_refused(data):
    with pytest.raises(ImageRefused, match=DAMAGED):
        clean_image(data)


def drawing(size=(1000, 700)):
    """Something like a document: thin strokes on white."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    for top in range(60, size[1] - 60, 36):
        for left in range(60, size[0] - 60, 30):
            draw.rectangle((left, top, left + 20, top + 20), outline="#222222", width=3)
    return image


@pytest.mark.parametrize("size", [(1000, 700), (2600, 1800)])
def test_sharpness_falls_with_blur_whatever_the_size(size):
    sharp = drawing().resize(size, Image.Resampling.LANCZOS)
    blurred = [sharp.filter(ImageFilter.GaussianBlur(radius * size[0] / 1000)) for radius in (1, 4, 12)]
    scores = [sharpness_of(picture) for picture in (sharp, *blurred)]
    assert scores[0] > scores[1] > LEAST_SHARPNESS > max(scores[2:])


def test_sharpness_of_a_blank_page_is_nil():
    assert sharpness_of(Image.new("RGB", (800, 800), "white")) == 0


def test_is_hard_to_read_when_small_or_blurred():
    clear = clean_image(saved(drawing(), "JPEG"))
    facts = {"width": 1000, "height": 600, "sharpness": clear.sharpness}
    assert not is_hard_to_read(**facts)
    assert is_hard_to_read(**facts | {"height": 599})
    assert is_hard_to_read(**facts | {"sharpness": LEAST_SHARPNESS - 1})
