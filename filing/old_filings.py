"""The workbook in which filings of the old system come over: its columns, its template and its rows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from django.core.exceptions import ValidationError
from django.utils import timezone

from autoflow.common.checks import REQUIRED, required
from autoflow.common.codes import FieldSpec, code_list, code_of, field_specs
from autoflow.common.excel import open_workbook
from autoflow.common.text import normalise, normalise_number
from autoflow.common.workbooks import CellFault, WorkbookRefused, read_rows
from catalog.models import Brand, BrandProducer, Producer
from catalog.names import name_key
from filing.checks import DECLARATIONS, Context, check_filing
from filing.content import content_of
from filing.fields import DayField, form_field
from filing.models import Filing
from filing.sections import control_label

ENTERPRISES, BRANDS, GUIDE = "企业", "品牌与生产商", "填写说明"
CONFIRMED_ON = "原系统确认日期"
MOST_ROWS = 100_000
LONGEST_FIGURE = 1e15  # a spreadsheet keeps fifteen digits of a number
SEVERAL = re.compile(r"[、,，;；/\s]+")
MISSING = {REQUIRED, "F-006", "F-015", "F-018", "F-019"}
COLUMNS = {
    spec.label: spec
    for spec in field_specs("FILING_COMMON").values()
    if spec.kind != "image" and spec.identifier not in {*DECLARATIONS, "jurisdiction_code"}
}
BRAND_COLUMNS = {
    spec.label: spec
    for spec in field_specs("FILING_BRAND_LINE").values()
    if spec.kind != "image" and spec.identifier != "line_status"
}
KEY = field_specs("FILING_COMMON")["uscc"].label
MUST = {"enterprise_name", "uscc", "enterprise_types", "division_code"}
BRAND_MUST = {"brand_id", "producer_id", "authorization_type"}
STEPS = (
    "1. “企业”表每行一家在原系统已确认的企业；带*的列必填，其余没有的留空，企业登录后会被提示补充。",
    "2. “品牌与生产商”表每行一个品牌，用统一社会信用代码对应企业；品牌、生产商须在品牌目录中已审核通过。",
    "3. 影像不从本表导入，由企业登录后上传。同一文件可重复导入：企业尚未登录使用的按新内容更新，其余不变。",
)


@dataclass
class OldFiling:
    """One enterprise of the workbook; with faults it is not loaded."""

    number: int
    values: dict
    confirmed_on: date | None = None
    brand_lines: list[dict] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def write_template(target) -> None:
    """An empty workbook with the columns, and what belongs in each."""
    with open_workbook(target) as workbook:
        starred = {spec.label: spec.identifier in MUST for spec in COLUMNS.values()}
        workbook.sheet(ENTERPRISES, _headers({**starred, CONFIRMED_ON: True}))
        starred = {spec.label: spec.identifier in BRAND_MUST for spec in BRAND_COLUMNS.values()}
        workbook.sheet(BRANDS, _headers({KEY: True, **starred}))
        guide = workbook.sheet(GUIDE, ["表", "列名", "怎样填写", "可填的值"], widths=[14, 24, 60, 60])
        for name, columns in ((ENTERPRISES, COLUMNS), (BRANDS, BRAND_COLUMNS)):
            for spec in columns.values():
                guide.append([name, spec.label, spec.explain, _choices_text(spec)])
        guide.append([ENTERPRISES, CONFIRMED_ON, "原系统中主管部门最近一次确认的日期。", "2024-05-01"])
        for step in STEPS:
            guide.append(["说明", "", step, ""])


def _headers(starred):
    return [f"*{label}" if must else label for label, must in starred.items()]


def _choices_text(spec):
    if spec.kind == "date":
        return "2024-05-01"
    if spec.kind not in {"code", "codes"} or spec.code_list in {"divisions", "currencies"}:
        return "省、市、区县全称，或六位区划代码" if spec.code_list == "divisions" else ""
    return "、".join(code_list(spec.code_list).values())


class OldWorkbook:
    """A workbook of the old system's filings; rows come one at a time, `faults` are of the brand sheet."""

    def __init__(self, path):
        self.path = path
        self.fields = {spec.identifier: form_field(spec) for spec in COLUMNS.values()}
        self.day = DayField(label=CONFIRMED_ON, error_messages={"required": f"请填写“{CONFIRMED_ON}”。"})
        self.faults: list[str] = []
        self.lines: dict[str, list[dict]] = {}
        self._read_brands()

    def filings(self) -> Iterator[OldFiling]:
        """The enterprises in order; a code that came before is a fault of its second row."""
        seen: dict[str, int] = {}
        for number, cells in self._rows(ENTERPRISES, {**COLUMNS, CONFIRMED_ON: None}):
            old = self._filing(number, cells)
            uscc = old.values.get("uscc")
            if uscc in seen:
                old.faults.append(f"“{KEY}”与第{seen[uscc]}行重复。")
            elif uscc:
                seen[uscc] = number
                old.brand_lines = self.lines.pop(uscc, [])
            yield old
        self.faults += [f"品牌：{KEY}“{uscc}”在“{ENTERPRISES}”表中没有。" for uscc in self.lines]

    def _rows(self, sheet, columns):
        """Cells by label, whatever the order of the columns; unknown and missing columns are named."""
        rows = read_rows(self.path, sheet, max_rows=MOST_ROWS, header_rows=1)
        _, header = next(rows, (0, []))
        known = {normalise(label): label for label in columns}
        labels = [normalise(str(cell)).lstrip("*").strip() for cell in header]
        labels = [known.get(label, label) for label in labels]
        unknown = [label for label in labels if label and label not in columns]
        missing = [label for label in columns if label not in labels]
        for problem, names in (("不认识", unknown), ("缺少", missing)):
            if names:
                raise WorkbookRefused(f"“{sheet}”表{problem}这些列：{'、'.join(names)}。请用模板填写。")
        for number, cells in rows:
            yield number, dict(zip(labels, cells, strict=False))

    def _filing(self, number, cells):
        old = OldFiling(number, {})
        for label, spec in COLUMNS.items():
            old.values[spec.identifier] = self._value(old, label, cells.get(label, ""), spec)
            if spec.identifier in MUST and not old.values[spec.identifier]:
                old.faults.append(f"“{label}”：{required('', label).message}")
        try:
            old.confirmed_on = self.day.clean(_text(cells.get(CONFIRMED_ON, "")))
            if old.confirmed_on > timezone.localdate():
                old.faults.append(f"“{CONFIRMED_ON}”不能晚于今天。")
        except ValidationError as error:
            old.faults.append(f"“{CONFIRMED_ON}”：{''.join(error.messages)}")
        if not old.faults:
            old.faults = [f"“{control_label(found.field)}”：{found.message}" for found in _wrong(old.values)]
        return old

    def _value(self, old, label, cell, spec: FieldSpec):
        try:
            return _cleaned(self.fields[spec.identifier], _text(cell, spec), spec)
        except ValidationError as error:
            old.faults.append(f"“{label}”：{''.join(error.messages)}")
            return None

    def _read_brands(self):
        for number, cells in self._rows(BRANDS, {KEY: None, **BRAND_COLUMNS}):
            try:
                uscc = normalise_number(_text(cells.get(KEY, "")))
                self.lines.setdefault(uscc, []).append(self._line(cells))
            except ValidationError as error:
                self.faults.append(f"品牌 第{number}行：{''.join(error.messages)}")

    def _line(self, cells):
        line = {}
        for label, spec in BRAND_COLUMNS.items():
            text = _text(cells.get(label, ""), spec)
            if spec.kind == "fk":
                line[spec.identifier] = self._catalogue_id(spec, label, text)
            else:
                must = spec.identifier in BRAND_MUST
                line[spec.identifier] = _cleaned(form_field(spec, required=must), text, spec)
        if (line["brand_id"], line["producer_id"]) not in self._pairs:
            raise ValidationError("该生产商不属于该品牌，请核对。")
        return line

    def _catalogue_id(self, spec, label, text):
        found = self._catalogue[spec.identifier].get(name_key(text))
        if found is None:
            raise ValidationError(f"品牌目录中没有已审核通过的{label}“{text}”。")
        return found

    @cached_property
    def _catalogue(self):
        models = {"brand_id": Brand, "producer_id": Producer}
        return {
            name: dict(model.objects.approved().values_list("name_key", "pk"))
            for name, model in models.items()
        }

    @cached_property
    def _pairs(self):
        return set(BrandProducer.objects.effective().values_list("brand_id", "producer_id"))


def _text(cell, spec=None):
    """A cell as somebody would have typed it; numbers that lost digits are refused."""
    if isinstance(cell, CellFault):
        raise ValidationError(f"单元格是{cell.value}，请改为填好的值。")
    if isinstance(cell, datetime | date):
        return f"{cell:%Y-%m-%d}"
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float | int):
        if spec is not None and spec.kind == "text" and abs(cell) >= LONGEST_FIGURE:
            raise ValidationError("被存成了数字，末几位已经丢失，请把该列设为文本格式后重新填写。")
        return str(int(cell)) if cell == int(cell) else repr(cell)
    return str(cell).strip()


def _cleaned(control, text, spec):
    """The value by the rules of the form; codes may be given by their names."""
    match spec.kind:
        case "codes":
            return control.clean([_code(spec, part) for part in SEVERAL.split(text) if part])
        case "code" if spec.code_list != "divisions" and text:
            return control.clean(_code(spec, text))
    value = control.clean(text)
    return getattr(value, "code", "") if spec.code_list == "divisions" else value


def _code(spec, text):
    code = code_of(spec.code_list, text)
    if code is None:
        raise ValidationError(f"没有“{text}”这一项，请按“{GUIDE}”填写。")
    return code


def _wrong(values):
    """What the rules refuse in what was given; what is missing may follow later."""
    content = content_of(Filing(**{name: value for name, value in values.items() if value is not None}))
    found = check_filing(content, Context(today=timezone.localdate()))
    return [finding for finding in found if finding.stops and finding.rule not in MISSING]
