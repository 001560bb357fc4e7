"""The life of a filing for its tests: the table of the specification, the states, the persons, the steps."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from accounts.enums import Outcome
from accounts.models import AuditRecord
from filing import services
from filing.models import CancellationRequest, ConfirmPolicy, Enterprise, Filing
from filing.versions import open_version
from tests.factories import EnterpriseFactory, FilingFactory, UserFactory

REASON = "营业执照已被吊销，请核实处理。"
EVERYTHING = """
    SELECT (SELECT md5(string_agg(t::text, '|' ORDER BY id)) FROM filing_enterprise t),
           (SELECT md5(string_agg(t::text, '|' ORDER BY id)) FROM filing_filing t),
           (SELECT md5(string_agg(t::text, '|' ORDER BY id)) FROM filing_filingevent t),
           (SELECT md5(string_agg(t::text, '|' ORDER BY id)) FROM filing_cancellationrequest t)
"""
BODIES = {"COUNTY": "西湖区商务局", "CITY": "杭州市商务局", "PROVINCE": "浙江省商务厅"}
HOLDERS = {"COUNTY": "county", "CITY": "city", "PROVINCE": "province"}
NINGBO = {"division_code": "330203", "jurisdiction_code": "330200"}
STATES = [
    "DRAFT",
    "SUBMITTED",
    "RETURNED",
    "CONFIRMED",
    "CONFIRMED, draft of a change",
    "CHANGED",
    "RETURNED, confirmed before",
    "SUSPENDED",
    "CANCELLED",
]
ALIVE = [state for state in STATES if state != "CANCELLED"]
WAITING = ["SUBMITTED", "CHANGED"]
CHANGING = ["CONFIRMED, draft of a change", "RETURNED, confirmed before"]
IN_FORCE = ["CONFIRMED", "CONFIRMED, draft of a change", "CHANGED"]


@dataclass(frozen=True)
class Line:
    """A line of the table of transitions: who brings a filing from these states to that one, or leaves it."""

    action: str
    sources: list[str]
    who: set[str]
    target: str = ""


HOLDER = {"holder"}
TABLE = [
    Line("submit", ["DRAFT", "RETURNED"], {"manager"}, "SUBMITTED"),  # 1, 5
    Line("withdraw", ["SUBMITTED"], {"manager"}, "DRAFT"),  # 2
    Line("withdraw", ["CHANGED"], {"manager"}, "CONFIRMED"),  # 可撤回变更
    Line("confirm", WAITING, HOLDER, "CONFIRMED"),  # 3, 7
    Line("return", WAITING, HOLDER, "RETURNED"),  # 4, 8
    Line("open", WAITING, HOLDER),
    Line("submit", CHANGING, {"manager"}, "CHANGED"),  # 6, 9
    Line("give up", CHANGING, {"manager"}, "CONFIRMED"),  # 10
    Line("suspend", IN_FORCE, {"province", "nation"}, "SUSPENDED"),  # 11
    Line("resume", ["SUSPENDED"], {"province", "nation"}, "CONFIRMED"),  # 11
    Line("ask", ALIVE, {"manager"}),  # 12
    Line("drop", ALIVE, {"manager"}),
    Line("agree", ALIVE, HOLDER, "CANCELLED"),  # 12
    Line("refuse", ALIVE, HOLDER),
    Line("cancel", ALIVE, {"province"}, "CANCELLED"),  # 12
    Line("move", ["DRAFT", "RETURNED"], {"manager"}, "SUBMITTED"),
    Line("move", CHANGING, {"manager"}, "SUBMITTED"),  # 13
    Line("reverify", ["CONFIRMED", "CONFIRMED, draft of a change"], {"province"}, "CHANGED"),  # §7
    Line("reassign", WAITING, {"province"}),  # §7
]
ROLES = ["operator", "manager", "county", "city", "province", "ningbo", "nation", "admin", "auditor"]


def expected(state, level):
    """What the table allows in a state, as {(action, role): state afterwards}."""
    allowed = {}
    for line in TABLE:
        if state not in line.sources or (line.action == "reverify" and level == "PROVINCE"):
            continue
        for who in line.who:
            role = HOLDERS[level] if who == "holder" else who
            allowed[line.action, role] = line.target or state.partition(",")[0]
    return allowed


TRAITS = {
    "DRAFT": {"complete": True},
    "SUBMITTED": {"submitted": True},
    "RETURNED": {"returned": True},
    "CHANGED": {"changed": True},
    "CONFIRMED, draft of a change": {"complete": True, "version": 2},
    "RETURNED, confirmed before": {"returned": True, "version": 2},
}


def world(state, level="COUNTY"):
    """An enterprise of 西湖区 in this state; its filings are held at this level."""
    ConfirmPolicy.objects.create(
        jurisdiction_id="330000",
        division_prefix="330106",
        level=level,
        effective_from=timezone.now() - timedelta(days=1),
        set_by=UserFactory(province=True),
    )
    enterprise, shown = EnterpriseFactory(), state.partition(",")[0]
    if "," in state or state in ("CONFIRMED", "SUSPENDED", "CANCELLED"):
        FilingFactory(enterprise=enterprise, confirmed=True)
    if state in TRAITS:
        FilingFactory(enterprise=enterprise, **TRAITS[state])
    filings = Filing.objects.filter(enterprise=enterprise)
    filings.exclude(submitted_at=None).update(confirm_level=level, confirm_body=BODIES[level])
    if shown in ("SUSPENDED", "CANCELLED"):
        filings.update(status=shown)
    Enterprise.objects.filter(pk=enterprise.pk).update(status=shown)
    return Enterprise.objects.get(pk=enterprise.pk)


def people(enterprise):
    """One person of every role; the two of the enterprise are its own."""
    made = {role: UserFactory(**{role: True}) for role in ROLES if role not in ("manager", "operator")}
    operator = UserFactory(operator=True)
    manager = enterprise.staff.get()
    enterprise.staff.add(operator)
    return made | {"manager": manager, "operator": operator}


def case_of(enterprise):
    """The version a page of this enterprise speaks of."""
    return open_version(enterprise) or enterprise.filings.order_by("-version").first()


def submit(enterprise, by):
    filing = case_of(enterprise)
    return services.submit_filing(filing_id=filing.pk, revision=filing.revision, by=by)


def confirm(enterprise, by):
    filing = case_of(enterprise)
    return services.confirm_filing(filing_id=filing.pk, content_hash=filing.content_hash, by=by)


def give_back(enterprise, by):
    filing = case_of(enterprise)
    arguments = {"content_hash": filing.content_hash, "reason": REASON, "fields": ["seal_image"]}
    return services.return_filing(filing_id=filing.pk, **arguments, by=by)


def open_case(enterprise, by):
    return services.open_for_review(filing_id=case_of(enterprise).pk, by=by)


def step(service, **more):
    """A step on the enterprise's filing as its page shows it now."""

    def take(enterprise, by):
        seen = {"enterprise_id": enterprise.pk, "revision": enterprise.revision}
        return service(**seen, **more, by=by)

    return take


def reassign(enterprise, by):
    level = "CITY" if case_of(enterprise).confirm_level != "CITY" else "PROVINCE"
    return step(services.reassign_filing, level=level, reason=REASON)(enterprise, by)


ask = step(services.ask_for_cancellation, reason=REASON)


def ask_first(enterprise):
    """The enterprise wishes to be struck off; nobody wishes it twice."""
    if enterprise.status != "CANCELLED":
        ask(enterprise, enterprise.staff.get(role="MANAGER"))


def move_first(enterprise):
    """What is not handed in yet names another place."""
    enterprise.filings.filter(status__in=["DRAFT", "RETURNED"]).update(**NINGBO)


def request_id_of(enterprise):
    return CancellationRequest.objects.filter(enterprise=enterprise).values_list("pk", flat=True).last() or 0


def agree(enterprise, by):
    return services.agree_to_cancellation(request_id=request_id_of(enterprise), by=by)


def refuse(enterprise, by):
    return services.refuse_cancellation(request_id=request_id_of(enterprise), reason=REASON, by=by)


STEPS = {
    "submit": submit,
    "move": submit,
    "confirm": confirm,
    "return": give_back,
    "open": open_case,
    "withdraw": step(services.withdraw_filing),
    "give up": step(services.give_up_change),
    "suspend": step(services.suspend_filing, reason=REASON),
    "resume": step(services.resume_filing, reason=REASON),
    "reverify": step(services.request_reverification, reason=REASON),
    "reassign": reassign,
    "cancel": step(services.cancel_filing, reason=REASON),
    "ask": ask,
    "drop": step(services.drop_cancellation),
    "agree": agree,
    "refuse": refuse,
}
BEFORE = {"move": move_first, "drop": ask_first, "agree": ask_first, "refuse": ask_first}


def everything():
    """All that a step may change, as one text."""
    with connection.cursor() as cursor:
        cursor.execute(EVERYTHING)
        return cursor.fetchone()


def done():
    """How many actions the trail holds as done."""
    return AuditRecord.objects.filter(outcome=Outcome.DONE).exclude(action__startswith="push.").count()
