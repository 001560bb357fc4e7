"""The workbook of the national catalogue: one row a model with its brand and producer."""

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from autoflow.common.checks import Finding, invalid
from autoflow.common.codes import choices, code_list, code_of, name_of
from autoflow.common.excel import open_workbook
from autoflow.common.text import normalise
from autoflow.common.workbooks import CellFault, WorkbookRefused, check_container, read_rows
from catalog.enums import BrandCategory, ProducerKind

SHEET, GUIDE = "车型目录", "填写说明"
MOST_ROWS = 20_000
MOST_BYTES = 10 * 1024 * 1024
COLUMNS = {
    "brand": "品牌",
    "brand_en": "品牌英文名",
    "brand_country": "品牌归属国",
    "brand_category": "品牌类别",
    "producer": "生产商",
    "producer_kind": "生产商类别",
    "producer_country": "生产商国家",
    "producer_uscc": "生产商统一社会信用代码",
    "model": "车型",
    "report_category": "车辆类别",
    "energy_type": "能源类型",
    "displacements": "排量（升）",
}
LENGTHS = {"brand": 50, "brand_en": 50, "producer": 100, "producer_uscc": 18, "model": 60}
SEPARATORS = re.compile(r"[;；、,，/\s]+")
STEPS = (
    "1. 每行一个车型，写明它的品牌和生产商；只登记品牌与生产商的关系时，车型及以后各列留空。",
    "2. 品牌、生产商必填；有车型时，车辆类别、能源类型、排量必填。",
    "3. 多个排量用“;”分开，单位升、一位小数，例如 1.5;2.0；纯电动、燃料电池填 0。",
    "4. 同一品牌或生产商的其他列只需在一行填写；留空表示不改动，新增时归属国按中国、类别按乘用车和境内处理。",
    "5. 车型只写标准名称，不含排量、配置、年款；第 1 行的列名不能改，列的先后可以调整。",
    "6. 上传后先看预览，确认后才写入；重复导入同一文件不会产生重复项。",
)


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """One row with codes instead of words; an empty value says nothing."""

    number: int
    brand: str = ""
    brand_en: str = ""
    brand_country: str = ""
    brand_category: str = ""
    producer: str = ""
    producer_kind: str = ""
    producer_country: str = ""
    producer_uscc: str = ""
    model: str = ""
    report_category: str = ""
    energy_type: str = ""
    displacements: tuple[str, ...] = ()
    faults: tuple[Finding, ...] = field(default=())


def read_catalogue(path) -> Iterator[CatalogueRow]:
    """The rows of a checked workbook; one that cannot be read is refused as a whole."""
    check_container(path, max_bytes=MOST_BYTES)
    rows = read_rows(path, max_rows=MOST_ROWS, header_rows=1)
    _, header = next(rows, (0, []))
    places = _places(header)
    for number, cells in rows:
        yield _row(number, {name: cells[place] for name, place in places.items() if place < len(cells)})


def _places(header):
    """Where each column stands, whatever their order."""
    titles = [normalise(str(cell)).removesuffix("*").strip() for cell in header]
    places = {
        name: titles.index(normalise(title)) for name, title in COLUMNS.items() if normalise(title) in titles
    }
    missing = [COLUMNS[name] for name in ("brand", "producer") if name not in places]
    if missing:
        raise WorkbookRefused(f"第 1 行没有找到列“{'”“'.join(missing)}”，请使用下载的模板。", "I-002")
    return places


def _row(number, cells):
    values, faults = {}, []
    for name, cell in cells.items():
        if isinstance(cell, CellFault):
            faults.append(invalid(name, f"“{COLUMNS[name]}”不能使用{cell.value}，请改为文本。"))
            continue
        values[name] = _text(cell)
        if len(values[name]) > LENGTHS.get(name, 200):
            faults.append(invalid(name, f"“{COLUMNS[name]}”超过 {LENGTHS[name]} 个字。"))
    return made_row(number, values, faults)


def _text(cell):
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return normalise(str(cell))


def made_row(number: int, values: dict, faults: Iterable[Finding] = ()) -> CatalogueRow:
    """A row from texts by column name, words turned into codes."""
    values, faults = dict(values), list(faults)
    for name in WORD_LISTS:
        if text := values.get(name, ""):
            values[name] = _code(name, text)
            if not values[name]:
                faults.append(invalid(name, f"“{COLUMNS[name]}”没有“{text}”这一项，请按模板下拉列表填写。"))
    values["displacements"] = tuple(filter(None, SEPARATORS.split(values.get("displacements", ""))))
    return CatalogueRow(number=number, faults=tuple(faults), **values)


@lru_cache(maxsize=1_000)
def _code(name, text):
    words = WORD_LISTS[name]
    if isinstance(words, str):
        by_short_name = {name.partition("（")[0]: code for code, name in code_list(words).items()}
        return code_of(words, text) or by_short_name.get(text, "")
    by_text = {member.label: member.value for member in words} | {
        member.value: member.value for member in words
    }
    return by_text.get(text, "")


WORD_LISTS = {
    "brand_country": "countries",
    "brand_category": BrandCategory,
    "producer_kind": ProducerKind,
    "producer_country": "countries",
    "report_category": "report_vehicle_category",
    "energy_type": "energy_type",
}
EXAMPLE = (
    "大众",
    "Volkswagen",
    "德国",
    "乘用车",
    "上汽大众汽车有限公司",
    "境内",
    "中国",
    "",
    "朗逸",
    "",
    "",
    "1.2;1.5",
)


def template_workbook() -> bytes:
    """The empty workbook with drop-downs, and how to fill it in."""
    target = io.BytesIO()
    with open_workbook(target, constant_memory=False) as workbook:
        sheet = workbook.sheet(SHEET, _titles()).sheet
        for place, name in enumerate(COLUMNS):
            if options := _options(name):
                rule = {"validate": "list", "source": options}
                sheet.data_validation(1, place, MOST_ROWS, place, rule)
        guide = workbook.sheet(GUIDE, ["填写说明"], widths=[110])
        for step in STEPS:
            guide.append([step])
        guide.append(["示例：" + "｜".join(_example())])
    return target.getvalue()


def _titles():
    return [f"{title}*" if name in ("brand", "producer") else title for name, title in COLUMNS.items()]


def _options(name):
    """Short lists only: Excel takes 255 characters in a drop-down."""
    words = WORD_LISTS.get(name)
    if words is None or words == "countries":
        return []
    return [text for _, text in (choices(words) if isinstance(words, str) else words.choices)]


def _example():
    values = dict(zip(COLUMNS, EXAMPLE, strict=True))
    values["report_category"] = name_of("report_vehicle_category", "SEDAN")
    values["energy_type"] = name_of("energy_type", "ICE")
    return [text or "（空）" for text in values.values()]
