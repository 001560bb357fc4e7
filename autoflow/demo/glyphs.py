"""The few Chinese characters on the sample images, as one picture, so that no font need be installed.

After a change of wording: `python -m autoflow.demo.glyphs FONT [FACE]`, with any Chinese font file.
"""

import sys
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

from accounts.demo import DEMO_ACCOUNTS

SIZE, IN_ROW = 64, 16
SHEET = Path(__file__).with_name("glyphs.png")
LABELS = (
    "营业执照正本副统一社会信用代码名称类型有限责任公司住所法定表人注册资成立日期仅供演示样张无效登记机关万元"
)
CHARACTERS = "".join(sorted({*LABELS, *"".join(account.organisation for account in DEMO_ACCOUNTS)}))


def place_of(character):
    row, column = divmod(CHARACTERS.index(character), IN_ROW)
    return column * SIZE, row * SIZE


@cache
def sheet():
    return Image.open(SHEET).convert("L")


@cache
def glyph(character, size):
    """The strength of the ink of one character in a square of `size`."""
    left, top = place_of(character)
    return sheet().crop((left, top, left + SIZE, top + SIZE)).resize((size, size), Image.Resampling.LANCZOS)


def draw_sheet(font_file, face=0):
    font = ImageFont.truetype(font_file, SIZE - 4, index=int(face))
    rows = -(-len(CHARACTERS) // IN_ROW)
    image = Image.new("L", (IN_ROW * SIZE, rows * SIZE))
    draw = ImageDraw.Draw(image)
    for character in CHARACTERS:
        left, top = place_of(character)
        draw.text((left + SIZE // 2, top + SIZE // 2), character, 255, font=font, anchor="mm")
    ImageOps.posterize(image, 3).quantize(8).save(SHEET, optimize=True)


if __name__ == "__main__":
    draw_sheet(*sys.argv[1:])
