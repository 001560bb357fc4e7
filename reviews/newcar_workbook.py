"""The consolidated view as a workbook: places, brands and months, each with its total."""

import io

from django.utils import timezone

from autoflow.common.excel import open_workbook
from reviews.newcar_statistics import COLUMNS, Line

HEADERS = [label for label, _ in COLUMNS]


def workbook(user, chosen, found) -> io.BytesIO:
    """Three sheets, each naming who took it, when, and of what."""
    moment = timezone.localtime()
    note = f"{chosen.title}；{user} 于 {moment:%Y-%m-%d %H:%M} 导出；上报率 {found['completeness'].rate_text}"
    target = io.BytesIO()
    with open_workbook(target) as book:
        if found["places"]:
            _sheet(book, "分地区", chosen.area.part_word, [*found["places"], found["total"]], note)
        _sheet(book, "分品牌", "品牌", [*found["brands"], found["total"]], note)
        _sheet(book, "近十二个月", "月份", found["months"], note)
    target.seek(0)
    return target


def _sheet(book, name, first, lines: list[Line], note):
    sheet = book.sheet(name, [first, *HEADERS], note=note)
    for line in lines:
        sheet.append([line.name, *(figure for _, figure in line.cells)])
