"""Pictures that strangers upload: judged by their bytes, then drawn again as a plain JPEG."""

import hashlib
import io
import math
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import ExifTags, Image, ImageChops, ImageFilter, ImageOps, ImageStat

from autoflow.common.checks import finding

MAX_BYTES = 307_200
MIN_SIDE, MAX_SIDE, MAX_PIXELS = 200, 8000, 25_000_000
MAX_SCANS, MAX_PROGRESSIVE_PIXELS = 32, 15_000_000
SHARP_SIDE, LEAST_SHARPNESS = 600, 35
JUDGED_SIDE, EDGE = 1200, 6
STORED_SIDE = 3000
QUALITIES = (90, 80, 70, 60, 50)
SHRINK = 0.8
STRIP, LANCZOS_REACH = 128, 3

PNG_MAGIC, JPEG_MAGIC = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
OTHER_KINDS = {
    b"GIF8": "gif",
    b"BM": "bmp",
    b"RIFF": "webp",
    b"%PDF": "pdf",
    b"II*\0": "tiff",
    b"MM\0*": "tiff",
}
PNG_CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
FRAME_MARKERS = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
PROGRESSIVE_MARKERS = {0xC2, 0xC6, 0xCA, 0xCE}
LONE_MARKERS = {0x01, *range(0xD0, 0xD8)}
START_OF_SCAN, END_OF_IMAGE = 0xDA, 0xD9
ONE_AT_A_TIME = threading.Lock()  # the warning filter belongs to the whole process, and so does its memory
ORIENTATION = ExifTags.Base.Orientation
DAMAGED = "图片已损坏或不完整，请重新扫描上传。"


class ImageRefused(Exception):
    """The picture is not accepted; the message tells the user why and what to do."""

    rule = "F-011"

    def __init__(self, message: str = DAMAGED):
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class CleanImage:
    """A picture as it is stored and served: a JPEG of at most 300 KB without metadata."""

    data: bytes
    sha256: str
    width: int
    height: int
    sharpness: int  # 0 to 100
    kind: str  # what was uploaded: jpeg or png


def clean_image(data: bytes, size: int | None = None) -> CleanImage:
    """The picture drawn anew, so that nothing of the uploaded bytes is ever served.

    `size` is that of the whole file, where `data` is only its beginning because it is too long anyway.
    """
    kind, size = kind_of(data), size or len(data)
    if kind not in ("jpeg", "png") or size > MAX_BYTES:
        raise ImageRefused(finding("F-011", "", type=kind, size=-(-size // 1024)).message)
    if kind == "png":
        data = rebuilt_png(data)
        width, height = struct.unpack(">II", data[16:24])
    else:
        width, height = jpeg_size(data)
    check_size(width, height)
    picture = decoded(data, kind)
    sharpness = sharpness_of(picture)
    stored = encoded(picture)
    with Image.open(io.BytesIO(stored), formats=["JPEG"]) as result:
        width, height = result.size
    return CleanImage(stored, hashlib.sha256(stored).hexdigest(), width, height, sharpness, kind)


def is_hard_to_read(*, width: int, height: int, sharpness: int) -> bool:
    """F-012: letters can hardly be read with a short side below 600 pixels, or in a blurred picture."""
    return min(width, height) < SHARP_SIDE or sharpness < LEAST_SHARPNESS


def sharpness_of(picture: Image.Image) -> int:
    """How much of its edges a picture loses when it is blurred (0 to 100): much if it was sharp, little if it
    was blurred already. Drawn licences and seals score above 70, and below 35 where strokes run together.
    """
    grey = picture.convert("L")
    grey.thumbnail((JUDGED_SIDE, JUDGED_SIDE), Image.Resampling.BOX)
    blurred = grey.filter(ImageFilter.BoxBlur(3))
    scores = []
    for step in ((1, 0), (0, 1)):
        edges = ImageChops.difference(grey, ImageChops.offset(grey, *step))
        edges = edges.point(lambda value: value if value >= EDGE else 0)
        left = ImageChops.difference(blurred, ImageChops.offset(blurred, *step))
        (whole,), (lost,) = ImageStat.Stat(edges).sum, ImageStat.Stat(ImageChops.subtract(edges, left)).sum
        if whole:
            scores.append(round(100 * lost / whole))
    return min(scores, default=0)


def kind_of(data: bytes) -> str:
    """The kind of file by its first bytes, whatever its name says."""
    if data.startswith(PNG_MAGIC):
        return "png"
    if data.startswith(JPEG_MAGIC):
        return "jpeg"
    return next((name for magic, name in OTHER_KINDS.items() if data.startswith(magic)), "格式不明")


def check_size(width: int, height: int) -> None:
    if min(width, height) < MIN_SIDE:
        raise ImageRefused(f"图片尺寸过小（{width}×{height}像素），每边至少{MIN_SIDE}像素，请重新扫描上传。")
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise ImageRefused(
            f"图片尺寸过大（{width}×{height}像素），每边不超过{MAX_SIDE}、总数不超过2500万像素，请缩小后上传。"
        )


def rebuilt_png(data: bytes) -> bytes:
    """A PNG of the five chunks a picture needs, each with the right sum; what follows the end is cut."""
    parts, place = [PNG_MAGIC], len(PNG_MAGIC)
    while place + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, place)
        name, end = data[place + 4 : place + 8], place + 12 + length
        if end > len(data) or zlib.crc32(data[place + 4 : end - 4]) != int.from_bytes(
            data[end - 4 : end], "big"
        ):
            raise ImageRefused
        if (len(parts) == 1) != (name == b"IHDR") or (name == b"IHDR" and length != 13):
            raise ImageRefused
        if name in PNG_CHUNKS:
            parts.append(data[place:end])
        if name == b"IEND":
            return b"".join(parts)
        place = end
    raise ImageRefused


def jpeg_size(data: bytes) -> tuple[int, int]:
    """Width and height from the only frame header; too many scans would take minutes to decode, and a large
    picture in several scans is held twice while it is decoded.
    """
    size, scans, is_progressive = None, 0, False
    for marker, place in jpeg_segments(data):
        if marker in FRAME_MARKERS:
            if size is not None or place + 9 > len(data):
                raise ImageRefused
            height, width = struct.unpack_from(">HH", data, place + 5)
            size, is_progressive = (width, height), marker in PROGRESSIVE_MARKERS
        scans += marker == START_OF_SCAN
    if size is None or not scans:
        raise ImageRefused
    is_large = size[0] * size[1] > MAX_PROGRESSIVE_PIXELS
    if scans > MAX_SCANS or (is_large and (is_progressive or scans > 1)):
        raise ImageRefused("图片的编码方式过于复杂，请重新扫描或另存为普通 jpg 后上传。")
    return size


def jpeg_segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Markers of a JPEG with the place of each; compressed data between them is passed over."""
    place = 2
    while (place := data.find(b"\xff", place)) >= 0 and place + 1 < len(data):
        marker = data[place + 1]
        if marker == 0xFF:
            place += 1
        elif marker == 0 or marker in LONE_MARKERS:
            place += 2
        elif marker == END_OF_IMAGE:
            return
        elif place + 4 > len(data):
            raise ImageRefused
        else:
            yield marker, place
            place += 2 + max(2, int.from_bytes(data[place + 2 : place + 4], "big"))
    raise ImageRefused


def decoded(data: bytes, kind: str) -> Image.Image:
    """Every pixel read, upright, on white, in plain RGB; whatever goes wrong means a damaged picture."""
    try:
        with ONE_AT_A_TIME, warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(data), formats=(kind.upper(),)) as source:
                source.load()
                picture = smaller(source)
                picture.getexif()[ORIENTATION] = source.getexif().get(ORIENTATION, 1)
                ImageOps.exif_transpose(picture, in_place=True)
                picture.info = {}  # Pillow writes comments and profiles it finds here
                return picture
    except Exception as error:  # decoders raise what they like: struct.error, SyntaxError, MemoryError
        raise ImageRefused from error


def smaller(source: Image.Image) -> Image.Image:
    """The picture flattened, in the size it is stored in at most; from strips with what the filter sees
    around them, so that memory holds the source once and never a second picture of its size.
    """
    width, height = source.size
    scale = max(width, height) / STORED_SIDE
    if scale <= 1:
        return flattened(source)
    target = Image.new("RGB", (max(1, round(width / scale)), max(1, round(height / scale))))
    down = height / target.height
    margin = math.ceil(LANCZOS_REACH * down) + 1
    for top in range(0, target.height, STRIP):
        rows = min(STRIP, target.height - top)
        first = max(0, math.floor(top * down) - margin)
        last = min(height, math.ceil((top + rows) * down) + margin)
        strip = source.crop((0, first, width, last))
        strip.info = source.info
        box = (0, top * down - first, width, (top + rows) * down - first)
        part = flattened(strip).resize((target.width, rows), Image.Resampling.LANCZOS, box=box)
        target.paste(part, (0, top))
    return target


def flattened(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I") or picture.mode == "F":
        picture = picture.point(lambda value: value * (1 / 256)).convert("L")
    if "A" in picture.getbands() or "transparency" in picture.info:
        picture = picture if picture.mode == "RGBA" else picture.convert("RGBA")
        paper = Image.new("RGB", picture.size, "white")
        paper.paste(picture, mask=picture)
        return paper
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def encoded(picture: Image.Image) -> bytes:
    """The best JPEG within 300 KB: first less quality, then fewer pixels."""
    while True:
        for quality in QUALITIES:
            target = io.BytesIO()
            picture.save(target, "JPEG", quality=quality, optimize=True, exif=b"", icc_profile=None)
            if target.tell() <= MAX_BYTES:
                return target.getvalue()
        picture = picture.resize(
            [max(1, int(side * SHRINK)) for side in picture.size], Image.Resampling.LANCZOS
        )
