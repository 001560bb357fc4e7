"""The workbook the imports are measured with: made-up trades, one row in a hundred bad, the same for all."""

from datetime import timedelta
from itertools import cycle
from pathlib import Path

import xlsxwriter
from django.utils import timezone

from accounts.models import User
from filing.permissions import enterprise_of
from usedcar.synthetic import Reporter, trade_rows
from usedcar.template_workbook import cells_of, template_columns

SEED = 77_010  # its vehicles are none of the demonstration's
BAD_SHARE = 100
FAULTS = (
    {"vin": "LSV"},
    {"buyer_id_number": "110101190001010010"},
    {"price": 0},
    {"plate_no": "京I00001"},
    {"traded_on": "2026/3/1"},
    {"fuel_type": "空气"},
    {"buyer_phone": "12345"},
)


def reporter():
    return User.objects.get(username="market")


def rows_of(count):
    """Sound rows of the last month, the same on the same day."""
    enterprise = enterprise_of(reporter())
    made_by = Reporter(enterprise.uscc, enterprise.name, enterprise.division_code)
    days = [timezone.localdate() - timedelta(days=number) for number in range(28)]
    return trade_rows(count, SEED, days=days, reporter=made_by)


def is_bad(number):
    return number % BAD_SHARE == BAD_SHARE // 2


def workbook_of(folder: Path, count: int) -> Path:
    """The file, made once a day; cells of text are shared strings, as Excel writes them."""
    path = folder / f"import-{count}-{timezone.localdate():%Y%m%d}.xlsx"
    if path.exists():
        return path
    draft, faults = path.with_suffix(".draft"), cycle(FAULTS)
    places = {column["identifier"]: place for place, column in enumerate(template_columns())}
    with xlsxwriter.Workbook(draft, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(1, 0, [column["header_zh"] for column in template_columns()])
        for number, row in enumerate(rows_of(count)):
            cells = dict(enumerate(cells_of(row)))
            if is_bad(number):
                cells |= {places[name]: value for name, value in next(faults).items()}
            for place, value in cells.items():
                if isinstance(value, str):
                    sheet.write_string(number + 2, place, value) if value else None
                else:
                    sheet.write(number + 2, place, value)
    return draft.rename(path)
