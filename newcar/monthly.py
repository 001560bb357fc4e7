"""汽车销售月报, as the engine of reports knows it."""

from decimal import Decimal

from django.db.models.functions import Coalesce

from newcar.checks import check_month
from newcar.context import context_of
from newcar.forms import MonthlyEditor
from newcar.kept import kept_lines, united
from newcar.lines import AMOUNT, CELLS, KEY, NOTE, heading, key_of, money, number
from newcar.models import MonthlyLine
from newcar.summaries import count_month
from reporting.changes import Line
from reporting.registry import ReportForm, register

COLUMNS = (*KEY, *CELLS)
KEPT = {  # of the entry itself, or of the one it was merged into
    f"kept_{name}": Coalesce(f"{entry}__merged_into__{column}", f"{entry}__{column}")
    for name, entry, column in (
        *((f"{entry}_id", entry, "id") for entry in ("brand", "producer", "model")),
        *((entry, entry, "name") for entry in ("brand", "producer", "model")),
        *((column, "model", column) for column in ("report_category", "energy_type")),
    )
}


@register
class NewcarMonthly(ReportForm):
    """Content: {"lines": [{supplier_name, brand_id, …, sales_amount: "12.50"}]}; absent figures are None."""

    key = "newcar_monthly"
    title = "汽车销售月报"
    lead = "次月5日24:00前上报；没有销售也要上报（本月无业务）。"
    types = frozenset({"A1", "A2", "A3"})
    namespace = "newcar:monthly"
    edit_template = "newcar/monthly_edit.html"
    content_template = "newcar/_monthly_content.html"
    print_template = "newcar/_monthly_print.html"
    columns = (("行数", "line_count"), ("销售量（辆）", "qty"), ("销售额（万元）", "amount"))

    def read(self, report):
        if report.pk is None:
            return {"lines": []}
        rows = MonthlyLine.objects.filter(report=report).order_by("number")
        names = [*COLUMNS, *KEPT]
        rows = rows.annotate(**KEPT).values_list(*names)
        return {"lines": [_plain(dict(zip(names, row, strict=True))) for row in rows]}

    def write(self, report, content):
        MonthlyLine.objects.filter(report=report).delete()
        MonthlyLine.objects.bulk_create(
            MonthlyLine(report=report, number=place, **_stored(line))
            for place, line in enumerate(content.get("lines") or [], 1)
        )

    def check(self, report, content):
        yield from check_month(content, is_nil=report.nil_return, context=context_of(report))

    def figures(self, content):
        lines = content.get("lines") or []
        return {
            "line_count": len(lines),
            "qty": sum(number(line, "sales_qty") for line in lines),
            "amount": sum((money(line.get(AMOUNT)) for line in lines), Decimal(0)),
        }

    def lines(self, content):
        """A line of an entry merged meanwhile is the same line under the entry that was kept."""
        lines = united(kept_lines(content.get("lines") or []))
        return [Line(key_of(line), _named(line), _cells(line)) for line in lines]

    def editor(self, report, data=None, files=None):
        return MonthlyEditor(report, data, files)

    def counted(self, report, before, after, *, place):
        count_month(report, before, after, place=place)


def _named(line):
    return f"{line['brand']} {line['model']} {line['displacement']}（{line['supplier_name']}）"


def _cells(line):
    return {heading(name): line.get(name) for name in CELLS}


def _plain(row):
    """A stored line as content: decimals as text, so that JSON keeps them exactly; names and kinds of the
    entries that count at this moment, so that a later renaming or merge changes no submission.
    """
    line = {name: row[name] for name in COLUMNS}
    kept = {name.removeprefix("kept_"): row[name] for name in KEPT}
    amount = None if row[AMOUNT] is None else str(row[AMOUNT])
    return {**line, **kept, "displacement": str(row["displacement"]), AMOUNT: amount}


def _stored(line):
    amount = line.get(AMOUNT)
    return {
        **{name: line.get(name) for name in COLUMNS},
        "displacement": Decimal(line["displacement"]),
        AMOUNT: None if amount in (None, "") else Decimal(amount),
        NOTE: line.get(NOTE) or "",
    }
