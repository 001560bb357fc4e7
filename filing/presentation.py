"""How a version is shown: by part as in the form, as text."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import F, Prefetch, prefetch_related_objects
from django.urls import reverse
from django.utils import timezone

from accounts.models import Division
from autoflow.common.codes import name_of
from filing.enums import AuthorizationType, FilingAction, FilingStatus, GranteeRole, ImageSlot, LineStatus
from filing.models import Enterprise, Filing, FilingEvent
from filing.reasons import return_reasons, words_of
from filing.sections import IMAGES, LABELS, PART_OF_FIELD, ROW_SETS, parts_for

RELATED = ("enterprise", "resident_market", "decided_by", *IMAGES)
RELATED_OF_ROWS = {
    "brand_lines": ("brand", "producer", "authorization_image"),
    "authorization_lines": ("brand", "grantee_division"),
}
TICKED = {"image_sync_acknowledged", "truth_declared"}
EMPTY_IS_FOREVER = {"licence_valid_until", "auction_licence_until"}
HEADINGS = {
    "brand_lines": ("品牌", "生产商", "授权类型", "供应商", "供应商信用代码", "授权期", "状态"),
    "authorization_lines": (
        "授权品牌",
        "被授权企业",
        "统一社会信用代码",
        "授权角色",
        "所在地区",
        "授权期",
        "境外授权方",
    ),
    "residents": ("名称", "统一社会信用代码", "类型", "入驻日期", "退出日期"),
}


@dataclass(frozen=True)
class Row:
    """One field: an empty value means that nothing was filled in."""

    identifier: str
    label: str
    value: str


@dataclass(frozen=True)
class Table:
    """A sub-table with its rows as text."""

    identifier: str
    label: str
    headings: tuple[str, ...]
    lines: list[tuple[str, ...]]

    @property
    def named_lines(self):
        """The cells of each row with their headings, for where a row of the page is too narrow for one."""
        return [list(zip(self.headings, line, strict=True)) for line in self.lines]


@dataclass(frozen=True)
class Section:
    """A part of the filing that concerns the enterprise's types."""

    key: str
    title: str
    rows: list[Row] = field(default_factory=list)
    table: Table | None = None


def sections(filing) -> list[Section]:
    """The parts and fields that concern the enterprise's types, as text in the order of the form."""
    types = filing.enterprise_types
    return [
        Section(
            part.key,
            part.title,
            [Row(spec.identifier, spec.label, text_of(filing, spec)) for spec in part.fields_for(types)],
            table_of(filing, part.row_set) if part.row_set else None,
        )
        for part in parts_for(types)
    ]


def images(filing):
    """The images of a version, for the viewer and the page."""
    return [
        {
            "slot": slot.value,
            "label": slot.label,
            "url": reverse("filing:image", args=[filing.pk, slot.value]),
            "alt": f"{filing.enterprise_name}的{slot.label}",
        }
        for slot in ImageSlot
        if getattr(filing, f"{slot}_id")
    ]


def authorizations(filing):
    """The pictures behind the brand lines, each with the claim to hold against it."""
    if not any(part.row_set == "brand_lines" for part in parts_for(filing.enterprise_types)):
        return []
    lines = [line for line in rows_of(filing, "brand_lines") if line.authorization_image_id]
    return [_authorization(filing, line) for line in lines]


def _authorization(filing, line):
    cells = line_of("brand_lines", line)[1]
    return {
        "label": f"授权书影像：{line.brand.name}",
        "url": line_image_url(line),
        "alt": f"{filing.enterprise_name}的{line.brand.name}授权书影像",
        "facts": [
            {"label": label, "value": value}
            for label, value in zip(HEADINGS["brand_lines"], cells, strict=True)
            if label != "状态"
        ],
    }


def line_image_url(line):
    """The address of a row's picture, by its hash: it stays the same when the rows are stored anew."""
    image = getattr(line, "authorization_image", None)
    return reverse("filing:line-image", args=[line.filing_id, image.sha256]) if image else ""


def text_of(filing, spec):
    """A field as a person reads it."""
    name, value = spec.identifier, getattr(filing, spec.identifier)
    if name in IMAGES:
        return "已上传" if value else ""
    if name == "resident_market_id":
        return filing.resident_market.name if value else ""
    if name == "division_code":
        return division_name(value)
    if value is None or value == "" or value == []:
        return "长期" if name in EMPTY_IS_FOREVER else ""
    match spec.kind:
        case "code":
            return name_of(spec.code_list, value)
        case "codes":
            return "、".join(name_of(spec.code_list, code) for code in value)
        case "bool":
            return ("已勾选" if value else "未勾选") if name in TICKED else ("是" if value else "否")
        case "date":
            return day_text(value)
        case "int" | "decimal":
            return f"{_figure(value)} {spec.unit}".strip()
    return str(value)


def _figure(value):
    text = f"{value:,f}" if hasattr(value, "normalize") else f"{value:,}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def day_text(day):
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def _term(start, end):
    return f"{day_text(start) or '–'} 至 {day_text(end) or '–'}" if start or end else ""


def division_name(code):
    """A division with its province and city."""
    return Division.objects.filter(pk=code).values_list("full_name", flat=True).first() or code


def table_of(filing, row_set):
    lines = [line_of(row_set, row)[1] for row in rows_of(filing, row_set)]
    return Table(row_set, LABELS[row_set], HEADINGS[row_set], lines)


def rows_of(filing, row_set):
    """The rows of a sub-table in the order they were typed."""
    if not filing.pk:
        return []
    rows = getattr(filing, row_set)
    if row_set in getattr(filing, "_prefetched_objects_cache", ()):
        return rows.all()
    return _with_related(rows, row_set).order_by("pk")


def read_rows(filing):
    """Reads every sub-table of a version at once, for a page that shows and checks them several times."""
    rows = {name: _with_related(getattr(filing, name).model.objects, name) for name in ROW_SETS}
    prefetch_related_objects([filing], *(Prefetch(name, of_name) for name, of_name in rows.items()))


def _with_related(rows, row_set):
    related = RELATED_OF_ROWS.get(row_set)
    return rows.select_related(*related) if related else rows.all()


def line_of(row_set, row):
    """The key a row is recognised by in another version, and its cells."""
    match row_set:
        case "brand_lines":
            authorization = AuthorizationType(row.authorization_type).label if row.authorization_type else ""
            key = (row.brand.name, row.producer.name, authorization, row.supplier_name)
            term = _term(row.authorized_from, row.authorized_to)
            return key, (*key, row.supplier_uscc, term, LineStatus(row.line_status).label)
        case "authorization_lines":
            role = GranteeRole(row.grantee_role).label if row.grantee_role else ""
            key = (row.brand.name, row.grantee_name, row.grantee_uscc, role)
            term = _term(row.valid_from, row.valid_to)
            return key, (*key, row.grantee_division.full_name, term, row.upstream_name)
    cells = (row.name, row.uscc, name_of("enterprise_types", row.kind))
    return (row.uscc,), (*cells, day_text(row.since), day_text(row.until))


def term_text(filing) -> str:
    """By when the authority has to decide, by the term its province set."""
    if filing.due_at is None:
        return "请等待办理"
    day = timezone.localdate(filing.due_at - timedelta(seconds=1))
    return f"办理期限到 {day.month}月{day.day}日"


def meaning(enterprise, filing) -> str:
    """What the present state means for the enterprise and what comes next."""
    match enterprise.status:
        case FilingStatus.SUBMITTED | FilingStatus.CHANGED:
            if filing.verify_reason:
                return f"主管部门要求重新核实，等待{filing.confirm_body}重新确认；有效版本不变。"
            return f"已提交，等待{filing.confirm_body}确认；{term_text(filing)}。"
        case FilingStatus.CONFIRMED:
            return (
                "备案已确认通过，可打印备案信息表、填报数据。信息有变化的，请在变化之日起 30 日内办理变更。"
            )
        case FilingStatus.RETURNED:
            return "备案被退回，请按下面的原因修改后重新提交。"
        case FilingStatus.SUSPENDED:
            return "备案已暂停，不能填报、打印和变更；已报数据仍可查看。有疑问请联系当地商务主管部门。"
        case FilingStatus.CANCELLED:
            return "备案已注销，已报数据仍可查看；继续经营的可以重新备案。"
    return "备案还没有提交。填写完整并提交后，由主管部门确认。"


@dataclass(frozen=True)
class Standing:
    """Where an enterprise's filing stands, from its versions, the newest first."""

    enterprise: Enterprise
    versions: list[Filing]

    @property
    def latest(self):
        return next((filing for filing in self.versions if not filing.is_given_up), None)

    @property
    def in_force(self):
        return next((filing for filing in self.versions if filing.is_in_force), None)

    @property
    def is_draft_of_change(self):
        """Whether changes were begun that nobody but the enterprise knows of."""
        return bool(self.in_force and self.latest.status == FilingStatus.DRAFT)

    @property
    def shown(self):
        return self.in_force if self.is_draft_of_change else self.latest

    @property
    def meaning(self):
        return meaning(self.enterprise, self.shown)

    @property
    def may_change(self):
        """Whether the next step is to open a change of what is in force."""
        return self.enterprise.status == FilingStatus.CONFIRMED and self.latest == self.in_force

    @property
    def next_step(self):
        """What the one main button of the page is called."""
        if self.is_draft_of_change:
            return "继续变更"
        status = self.latest.status if self.latest else ""
        return {"": "填写备案", "DRAFT": "继续填写", "RETURNED": "修改备案"}.get(status, "变更")


def problems_by_field(filing, found) -> dict[str, str]:
    """What a returned version is to mend, by field: the reason, the officer's note, and what to do."""
    return {problem["field"]: problem["text"] or filing.return_reason for problem in found}


def problems(filing, form_url="") -> list[dict]:
    """The items a returned version names, each with its reason and the place where the form asks for it."""
    if filing is None or filing.status != FilingStatus.RETURNED:
        return []
    said = {item.field: item for item in filing.return_items.all()}
    named = [name for name in filing.return_fields if name in LABELS]
    return [_problem(name, said.get(name), form_url) for name in named]


def _problem(name, item, form_url=""):
    """One thing to mend; `summary` is how the reason of the whole names it when it was written from the
    items.
    """
    words = words_of(item.reason_code, item.note) if item else ""
    reason = return_reasons().get(item.reason_code) if item else None
    return {
        "field": name,
        "label": LABELS[name],
        "url": form_url + (f"#{PART_OF_FIELD[name]}" if name in ROW_SETS else f"#id_{name}"),
        "summary": f"{LABELS[name]}：{words}",
        "text": "".join(filter(None, [words and f"{words.rstrip('。')}。", reason and reason.advice])),
    }


def former_problems(filing) -> list[dict]:
    """What the version was returned for before it was handed in again."""
    return [_problem(item.field, item) for item in filing.return_items.all() if item.field in LABELS]


def history(versions) -> list[dict]:
    """What happened to these versions, newest first, for the time line."""
    events = FilingEvent.objects.filter(filing__in=versions).annotate(version=F("filing__version"))
    return [
        {
            "title": f"第 {event.version} 版 {event.get_action_display()}",
            "at": event.at,
            "by": event.by_text,
            "note": event.note,
        }
        for event in events.select_related("by", "on_behalf_of").order_by("-id")
    ]


def suspension(enterprise):
    """The step that suspended the filing, with its reason; None while it is not suspended."""
    if enterprise.status != FilingStatus.SUSPENDED:
        return None
    steps = FilingEvent.objects.filter(filing__enterprise=enterprise, action=FilingAction.SUSPEND)
    return steps.select_related("by").order_by("-id").first()


def page(filing) -> dict:
    """One version for its page: parts as text and the images."""
    parts = [part for part in sections(filing) if part.key != "images"]
    return {"sections": parts, "images": [*images(filing), *authorizations(filing)]}
