"""The consolidated view of markets as a workbook: the matrix, places, who reported, months."""

import io

from django.utils import timezone

from autoflow.common.excel import open_workbook
from reviews.market_statistics import HEADERS
from usedcar.matrix import AMOUNT, COLUMNS, LABELS, column_label

MATRIX_HEADERS = [
    f"{LABELS[AMOUNT]}（万元）",
    *(f"{column_label(column)}（辆）" for column in COLUMNS if column != AMOUNT),
]
COMPARED = (
    "比较",
    "变化（全部）",
    "说明",
    "两期均上报（家）",
    "其本期交易量（辆）",
    "其对比期交易量（辆）",
    "变化（可比口径）",
)
COUNTED = {
    "应报": "owed",
    "已报": "submitted",
    "按时": "on_time",
    "逾期": "late",
    "退回修改": "returned",
    "未报": "missing",
}


def workbook(user, chosen, found) -> io.BytesIO:
    """Sheets that each name who took it, when, and of what."""
    moment = timezone.localtime()
    note = f"{chosen.title}；{user} 于 {moment:%Y-%m-%d %H:%M} 导出；上报率 {found['completeness'].rate_text}"
    if chosen.note:
        note = f"{note}；{chosen.note}"
    headers = [label for label, _ in HEADERS]
    target = io.BytesIO()
    with open_workbook(target) as book:
        sheet = book.sheet("交易矩阵", ["车辆类型", *MATRIX_HEADERS], note=note)
        for line in (*found["matrix"], found["matrix_total"]):
            sheet.append([line.name, line.amount, *line.quantities])
        if found["places"]:
            sheet = book.sheet("分地区", [chosen.area.part_word, *headers], note=note)
            for line in (*found["places"], found["total"]):
                sheet.append([line.name, *(figure for _, figure in line.cells)])
        counted = [f"{label}（{found['completeness_unit']}）" for label in COUNTED]
        sheet = book.sheet("上报情况", ["地区", *counted, "上报率"], note=note)
        for part in (*found["completeness_parts"], found["completeness"]):
            counts = [getattr(part, name) for name in COUNTED.values()]
            sheet.append([part.name or "合计", *counts, part.rate_text])
        sheet = book.sheet("比较", COMPARED, note=note)
        for one in found["comparisons"]:
            sheet.append(
                [one.word, one.change, one.text, one.market_count, one.now, one.before, one.alike_change]
            )
        sheet = book.sheet("近十二个月", ["月份", *headers], note=note)
        for line in found["months"]:
            sheet.append([line.name, *(figure for _, figure in line.cells)])
    target.seek(0)
    return target
