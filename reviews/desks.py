"""The desk of each role: what waits for the person who signs in, then where things stand."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Permission, Role
from accounts.models import AuditRecord, Contact, User
from accounts.permissions import can, decide
from autoflow.common.codes import name_of
from autoflow.common.health import probe_all
from filing.completion import missing_items
from filing.enums import AWAITING, STOPPED, FilingStatus, PushState
from filing.models import Enterprise, Filing, PushMessage
from filing.permissions import enterprise_of
from filing.presentation import problems
from filing.services import findings_of
from reporting import clock
from reporting.calendar import entries_of
from reporting.enums import Phase
from reporting.windows import limit_text
from reviews import catalogue
from reviews.audit_words import with_words
from reviews.queues import deadline_text, figures, late_bodies, latest_versions, with_ages
from reviews.sync import fault_text
from reviews.waiting import reports_due, requests_waiting
from usedcar.enums import ImportStatus, TradeStatus
from usedcar.models import ImportBatch, Trade
from usedcar.permissions import concerns

LATEST = 5
LATEST_RECORDS = 10
CONTACTS = 3


@dataclass(frozen=True)
class Task:
    """One thing that waits: what it is, what it means, and the button that does it."""

    title: str
    text: str
    action: str = ""
    url: str = ""
    items: tuple = ()
    period: str = ""  # a report to begin: the button posts it


@dataclass(frozen=True)
class Step:
    """What may be done from here; a reason says why not yet."""

    label: str
    url: str
    reason: str = ""


def enterprise_desk(user):
    """An enterprise's way: open the service, file, wait or mend, then report."""
    enterprise = enterprise_of(user)
    filing = enterprise and enterprise.filings.open_versions().select_related("decided_by").first()
    tasks = [_filing_task(user, enterprise, filing)]
    reports = concerns(user)
    contacts = list(Contact.objects.near(user)[:CONTACTS])
    has_own = any(contact.nearness == 0 for contact in contacts)
    if enterprise is not None:
        tasks += _report_tasks(enterprise)
    if reports:
        tasks += _import_tasks(user)
    return {
        "enterprise": enterprise,
        "tasks": [task for task in tasks if task],
        "waiting": _waiting(filing),
        "steps": _steps(user, enterprise, reports),
        "push": enterprise and enterprise.pushes.newest(),
        "contacts": contacts,
        "unlisted": "" if has_own else name_of("jurisdictions", user.jurisdiction_id),
        "trades": _trades(user) if reports and can(user, Permission.TRADE_VIEW) else None,
    }


def _filing_task(user, enterprise, filing):
    """The step of the filing that is the enterprise's own; nothing while the authority has it."""
    edit_url = reverse("filing:edit")
    if enterprise is None:
        return _opening_task(user)
    if enterprise.status in STOPPED:
        return _stopped_task(user, enterprise)
    if filing is None:
        if enterprise.status != FilingStatus.DRAFT:
            return _completion_task(enterprise)
        return Task("填写企业备案", "备案由主管部门确认通过后，其他功能才会开放。", "填写备案", edit_url)
    if filing.status == FilingStatus.RETURNED:
        unsaid = [one for one in problems(filing) if one["summary"] not in filing.return_reason]
        items = tuple(one["label"] for one in unsaid)
        return Task(
            "备案被退回，请修改后重新提交", f"退回原因：{filing.return_reason}", "修改备案", edit_url, items
        )
    if filing.status == FilingStatus.DRAFT:
        saved = timezone.localtime(filing.saved_at)
        what = "备案变更" if filing.is_change else "企业备案"
        missing = sum(found.stops for found in findings_of(filing))
        rest = f"还差 {missing} 项" if missing else "已填好，可以提交"
        text = f"草稿保存于 {saved.month}月{saved.day}日 {saved:%H:%M}，{rest}。"
        return Task(f"继续填写{what}", text, "继续填写", edit_url)
    return None


def _completion_task(enterprise):
    """What came over from the old system incomplete; reporting goes on meanwhile."""
    missing = missing_items(enterprise)
    if not missing:
        return None
    return Task(
        f"此前已备案，请补充以下 {len(missing)} 项",
        f"{'、'.join(missing)}。",
        "补充备案信息",
        reverse("filing:detail") + "#missing",
    )


def _opening_task(user):
    if can(user, Permission.SERVICE_OPEN):
        return Task(
            "增加应用“全国汽车流通信息管理”",
            "增加后即可填写企业备案。",
            "增加应用",
            reverse("filing:open-service"),
        )
    return Task("等待开通应用", "本企业还没有增加应用，请企业管理员登录后办理。")


def _stopped_task(user, enterprise):
    """Suspended, an enterprise can only ask; struck off, it may file anew."""
    if enterprise.status == FilingStatus.CANCELLED and can(user, Permission.SERVICE_OPEN):
        text = "已报数据仍可查看；继续经营的，可以用原统一社会信用代码重新备案。"
        return Task("备案已注销", text, "重新备案", reverse("filing:open-service"))
    return None


def _waiting(filing):
    """Who has the filing now, since when, and until when."""
    if filing is None or filing.status not in AWAITING:
        return None
    with_ages([filing])
    return {"filing": filing, "due": deadline_text(filing.due_at)}


def _import_tasks(user):
    waiting = ImportBatch.objects.visible_to(user).filter(
        status__in=(ImportStatus.ASKING, ImportStatus.CHECKED)
    )
    return [_import_task(batch) for batch in waiting.order_by("id")[:LATEST]]


def _import_task(batch):
    url = reverse("usedcar:import-detail", args=[batch.pk])
    if batch.status == ImportStatus.ASKING:
        return Task(f"“{batch.file_name}”有列名待核对", "核对后继续校验。", "核对列名", url)
    text = f"可导入 {batch.ready_count:,} 行，有错误 {batch.bad_count:,} 行。"
    return Task(f"“{batch.file_name}”已校验，等待您确认导入", text, "查看并导入", url)


def _report_tasks(enterprise):
    """What is due, the nearest deadline first; what is locked in one line, since it must be asked for."""
    entries = entries_of(enterprise, clock.now())
    waiting = sorted((one for one in entries if one.waits), key=lambda one: one.standing.window.due_at)
    tasks = [_report_task(one) for one in waiting]
    locked = [one for one in entries if one.is_locked_out and one.form.can_be_unlocked and not one.reason]
    if locked:
        named = "、".join(one.title for one in locked[:2]) + ("等" if len(locked) > 2 else "")
        text = f"{named}。锁定后须经主管部门同意才能补报。"
        tasks.append(
            Task(
                f"有 {len(locked)} 期报表没有上报，已锁定",
                text,
                "查看并申请补报",
                reverse("reporting:calendar"),
            )
        )
    return tasks


def _report_task(entry):
    step, standing = entry.step, entry.standing
    if entry.is_returned:
        title, text = (
            f"修改{entry.title}（已退回）",
            f"{entry.limit}。退回原因：{entry.report.return_reason}",
        )
    elif entry.is_handed_in and entry.report.has_unsubmitted_changes:
        title, text = f"{entry.title}有还没有上报的修改", f"重新上报后修改才生效。{entry.limit}。"
    elif entry.is_unlocked:
        title, text = f"{entry.title}已开锁，可以修改", f"{entry.limit}。修改后须重新上报；不修改的不必办理。"
    elif standing.phase == Phase.OPEN:
        title, text = f"填报{entry.title}（{entry.days_text}）", f"{limit_text(standing.window.due_at)}截止。"
    else:
        title, text = f"补报{entry.title}（已逾期）", f"{entry.limit}。"
    if entry.is_begun and not entry.report.submitted_at:
        text = f"已有草稿。{text}"
    return Task(title, text, step.label, step.url, period=step.period)


def _steps(user, enterprise, reports):
    """The main steps, shown also before their time with the reason."""
    if enterprise is None:
        return []
    steps = [("打印备案信息表", "filing:print", Permission.FILING_PRINT)]
    if reports:
        steps.append(("批量导入二手车交易", "usedcar:import-list", Permission.TRADE_REPORT))
    return [Step(label, reverse(name), decide(user, permission).reason) for label, name, permission in steps]


def _trades(user):
    """Trades reported for this month and the one before."""
    this_month = timezone.localdate().replace(day=1)
    last_month = (this_month - timedelta(days=1)).replace(day=1)
    trades = Trade.objects.visible_to(user).filter(status=TradeStatus.REPORTED)
    return {
        "this_month": trades.filter(traded_on__gte=this_month).count(),
        "last_month": trades.filter(traded_on__gte=last_month, traded_on__lt=this_month).count(),
    }


def authority_desk(user):
    """An officer's home is his queue: how many, how old, and where to begin."""
    enterprises = Enterprise.objects.visible_to(user)
    counted = dict(enterprises.order_by().values_list("status").annotate(Count("id")))
    latest = latest_versions(user).with_list_columns().order_by("-submitted_at", "-id")
    return {
        "confirms": can(user, Permission.FILING_CONFIRM),
        "queue": figures(user),
        "requests": requests_waiting(user),
        "reports": reports_due(user),
        "states": [(status.value, status.label, counted.get(status.value, 0)) for status in FilingStatus],
        "enterprise_count": sum(counted.values()),
        "late_bodies": late_bodies(user),
        "latest": with_ages(list(latest[:LATEST])),
    }


def admin_desk(user):
    """The parts of the system with their faults, and how many use it."""
    counted = dict(User.objects.order_by().values_list("role").annotate(Count("id")))
    tasks = [*_catalogue_tasks(user), *_push_tasks(user)]
    faults = probe_all() | {"公安推送": fault_text()}
    return {
        "parts": list(faults.items()),
        "is_well": not any(faults.values()),
        "tasks": tasks,
        "roles": [(role.label, counted.get(role.value, 0)) for role in Role],
        "user_count": sum(counted.values()),
        "enterprise_count": Enterprise.objects.count(),
        "waiting_count": Filing.objects.awaiting().count(),
    }


def _catalogue_tasks(user):
    """What enterprises asked the catalogue to add, by kind."""
    for kind, count in catalogue.counts(user).items():
        if count:
            url = f"{reverse('reviews:catalog-queue')}?kind={kind}"
            text = "审核通过后全国可选；申请企业等待结果。"
            yield Task(f"{kind.label}申请待审核 {count:,} 项", text, f"审核{kind.label}", url)


def _push_tasks(user):
    """Messages to the traffic police that nobody tries to send any more."""
    count = PushMessage.objects.visible_to(user).filter(state=PushState.FAILED).count()
    if count:
        url = f"{reverse('reviews:sync-list')}?state={PushState.FAILED}"
        text = "系统不再自动重试，请查明原因后重新推送。"
        yield Task(f"公安推送已停止 {count:,} 件", text, "查看停止的推送", url)


def auditor_desk(user):
    """The latest lines of the trail."""
    return {"rows": with_words(list(AuditRecord.objects.visible_to(user).order_by("-id")[:LATEST_RECORDS]))}
