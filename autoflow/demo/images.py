"""Sample images of a licence and a seal: drawn, marked as samples, different for every enterprise."""

from io import BytesIO
from math import cos, pi, sin

from PIL import Image, ImageDraw, ImageFont

from autoflow.demo.glyphs import glyph

INK, RED, GOLD, PAPER, FAINT = (40, 40, 40), (200, 30, 40), (176, 140, 70), (253, 250, 240), (228, 222, 205)
ORIGINAL, DUPLICATE, SEAL = (1120, 800), (800, 1060), (640, 640)


def write(image, place, text, size, colour=INK, spacing=0):
    """A line of text from the given place on; characters that are not Chinese come from Pillow's own font."""
    left, top = place
    font = ImageFont.load_default(size * 0.9)
    for character in text:
        if character.isascii():
            ImageDraw.Draw(image).text((left, top + size / 2), character, colour, font=font, anchor="lm")
            left += round(font.getlength(character)) + spacing // 2
        else:
            image.paste(colour, (left, top), glyph(character, size))
            left += size + spacing


def centred(image, top, text, size, colour=INK, spacing=0):
    width = len(text) * (size + spacing) - spacing
    write(image, ((image.width - width) // 2, top), text, size, colour, spacing)


def licence(name, uscc, capital, established_on, *, is_original):
    """营业执照 in landscape (正本) or upright (副本), saying what the filing says."""
    image = Image.new("RGB", ORIGINAL if is_original else DUPLICATE, PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((24, 24, image.width - 25, image.height - 25), outline=GOLD, width=10)
    draw.rectangle((42, 42, image.width - 43, image.height - 43), outline=GOLD, width=2)
    watermark(image)
    centred(image, 90, "营业执照", 84, spacing=28)
    centred(image, 190, "（正本）" if is_original else "（副本）", 32)
    write(image, (90, 260), f"统一社会信用代码 {uscc}", 28)
    lines = [
        ("名称", name),
        ("类型", "有限责任公司"),
        ("注册资本", f"{capital:.0f}万元"),
        ("成立日期", f"{established_on:%Y-%m-%d}"),
    ]
    for number, (label, text) in enumerate(lines):
        top = 340 + number * (80 if is_original else 110)
        write(image, (90, top), label, 26, GOLD, spacing=4)
        write(image, (250, top), text, 26)
    image.paste(RED, (image.width - 270, image.height - 290), seal_ink(name, 220))
    return to_png(image)


def watermark(image):
    for top in range(300, image.height - 80, 190):
        left = 90 if top // 190 % 2 else 280
        while left < image.width - 250:
            write(image, (left, top), "演示样张", 44, FAINT, spacing=8)
            left += 420


def seal(name, uscc):
    """A round seal with the name along its rim, a star, the word that it is a sample, and the code below."""
    image = Image.new("RGB", SEAL, "white")
    image.paste(RED, (60, 60), seal_ink(name, 520))
    write(image, (220, 594), uscc, 24, RED)
    return to_png(image)


def seal_ink(name, size):
    ink = Image.new("L", (520, 520))
    draw = ImageDraw.Draw(ink)
    draw.ellipse((4, 4, 515, 515), outline=255, width=12)
    draw.polygon(star(260, 260, 78), fill=255)
    step = min(0.36, 1.5 * pi / len(name))
    for number, character in enumerate(name):
        angle = (number - (len(name) - 1) / 2) * step
        turned = glyph(character, 52).rotate(-angle * 180 / pi, Image.Resampling.BICUBIC, expand=True)
        left, top = 260 + 205 * sin(angle), 260 - 205 * cos(angle)
        ink.paste(turned, (round(left - turned.width / 2), round(top - turned.height / 2)), turned)
    for number, character in enumerate("仅供演示"):
        ink.paste(glyph(character, 44), (160 + number * 52, 400))
    return ink.resize((size, size), Image.Resampling.LANCZOS)


def star(x, y, radius):
    """Five points, the first one up."""
    points = []
    for corner in range(10):
        length = radius * (1 if corner % 2 == 0 else 0.382)
        points.append((x + length * sin(corner * pi / 5), y - length * cos(corner * pi / 5)))
    return points


def to_png(image):
    file = BytesIO()
    image.quantize(32, method=Image.Quantize.FASTOCTREE).save(file, "PNG")
    return file.getvalue()
