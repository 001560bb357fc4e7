"""The report forms: a new one is a class here registered, a template and the migration of its content."""

from collections.abc import Iterator
from decimal import Decimal

from autoflow.common.checks import Finding
from filing.models import Enterprise
from reporting.changes import Line
from reporting.enums import PeriodKind
from reporting.periods import Period, day_begins, midnight_after
from reporting.windows import Window

ANNUAL_SUFFIX = "_annual"  # of the keys of annual forms: by it the database knows what closes for good
_FORMS: dict[str, "ReportForm"] = {}


class ReportForm:
    """What the engine must know of one form. Content is plain values: a dict that JSON can hold.

    A subclass names its key, titles, the types of enterprises that owe it, its addresses, and says how its
    content is read, written, checked and summed up. It decides nothing about states, periods or persons.
    """

    key = ""
    title = ""
    lead = ""  # one sentence under the heading of its list
    period_kind = PeriodKind.MONTH
    types: frozenset[str] = frozenset()
    namespace = ""  # of its addresses: `newcar:monthly` has `newcar:monthly-list`, `newcar:monthly-edit` …
    edit_template = ""
    content_template = ""  # one version as text; gets `content` and `report`
    print_template = ""  # the same on paper
    is_wide = True  # on paper: A4 across
    can_be_unlocked = True  # annual reports are closed for good at their deadline
    has_nil_return = True
    after_due = "没有业务的也要上报；逾期上报的将标记为“逾期”。"
    columns: tuple[tuple[str, str], ...] = ()  # of its list: (heading, attribute of Report)

    @property
    def edit_name(self) -> str:
        return f"{self.namespace}-edit"

    @property
    def add_title(self) -> str:
        return f"添加{self.title}"

    @property
    def delete_title(self) -> str:
        return f"删除这份{self.title}？"

    @property
    def reason_window_is_fixed(self) -> str:
        """Why nobody may set another window; empty where the ministry and the provinces may."""
        if self.can_be_unlocked:
            return ""
        return f"{self.title}的填报期限统一为1月1日至3月31日24:00，截止后不能填报或修改，不能调整。"

    def default_window(self, period: Period) -> Window:
        """Open on the 25th of the month, due on the 5th of the next one at 24:00, locked on the 15th."""
        year, month = period.next.start.year, period.next.start.month
        return Window(
            opens_at=day_begins(period.start.year, period.start.month, 25),
            due_at=midnight_after(year, month, 5),
            locks_at=midnight_after(year, month, 15),
        )

    def concerns(self, enterprise_types) -> bool:
        return not self.types.isdisjoint(enterprise_types)

    def read(self, report) -> dict:
        """The content as it is stored now."""
        raise NotImplementedError

    def write(self, report, content: dict) -> None:
        """Replace the content; called inside the transaction of the engine."""
        raise NotImplementedError

    def check(self, report, content: dict) -> Iterator[Finding]:
        """Every rule of the form, history included; a nil return is checked as empty content."""
        raise NotImplementedError

    def figures(self, content: dict) -> dict:
        """What lists and totals show: line_count, qty (vehicles) and amount (万元)."""
        return {"line_count": 0, "qty": 0, "amount": Decimal(0)}

    def lines(self, content: dict) -> list[Line]:
        """The content as lines with cells, to tell what two versions say differently."""
        raise NotImplementedError

    def editor(self, report, data=None, files=None):
        """The form on the page: `values` to store, `is_valid()`, `add_findings(findings)`, `bound`."""
        raise NotImplementedError

    def counted(self, report, before: dict | None, after: dict | None, *, place: tuple) -> None:
        """What was counted so far is replaced by what counts now; keeps the summaries of the form exact.

        Called in the transaction of submission, return and deletion; None means nothing counts. `place`:
        where it counted and where it counts now, each as (jurisdiction code, division code).
        """


class AnnualForm(ReportForm):
    """Open on 1 January, due and closed on 31 March at 24:00 of the following year, for everybody: neither a
    window nor a permission moves that. Its key ends in `_annual`.
    """

    period_kind = PeriodKind.YEAR
    can_be_unlocked = False
    has_nil_return = False
    is_wide = False
    after_due = "截止后不能填报或修改。"

    def default_window(self, period: Period) -> Window:
        year = period.start.year + 1
        due = midnight_after(year, 3, 31)
        return Window(opens_at=day_begins(year, 1, 1), due_at=due, locks_at=due)


def register(form_class: type[ReportForm]) -> type[ReportForm]:
    """Makes a form known to the engine; used as a decorator."""
    _FORMS[form_class.key] = form_class()
    return form_class


def report_form(key: str) -> ReportForm:
    return _FORMS[key]


def report_forms() -> list[ReportForm]:
    """Every form, in the order of registration."""
    return [*_FORMS.values()]


def forms_of(enterprise: Enterprise) -> list[ReportForm]:
    """The forms this enterprise owes by its types."""
    return [form for form in report_forms() if form.concerns(enterprise.types)]


def form_choices() -> list[tuple[str, str]]:
    return [(form.key, form.title) for form in report_forms()]
