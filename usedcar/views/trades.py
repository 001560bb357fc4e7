"""Pages of trades: the list with its search, one trade, the form, what is done to a trade."""

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Permission
from accounts.permissions import decide, permission_required, require
from autoflow.common.checks import Severity
from autoflow.common.errors import BusinessError
from autoflow.common.pages import Page, keyset_page
from autoflow.common.text import prose
from filing.permissions import enterprise_of
from reporting import clock
from usedcar import services
from usedcar.columns import PREFIXES
from usedcar.deadlines import authority_of, is_locked, reason_locked
from usedcar.enums import CorrectionStatus, TradeStatus
from usedcar.filters import TradeFilter, is_private, keys_of_number
from usedcar.forms import ReasonForm, TradeForm, VoidForm
from usedcar.models import Correction, Release, SavedFilter, Trade, TradeEvent
from usedcar.presentation import (
    earlier_deals,
    event_texts,
    groups,
    origin_texts,
    party_name,
    past_versions,
    trade_of_history,
)

MOST_BY_NUMBER = 100


@require_http_methods(["GET", "POST"])
@permission_required(Permission.TRADE_VIEW)
def trade_list(request):
    """Trades of the enterprise or of the area, the latest deal first; a search is posted, so that the
    number of a document never stands in an address.
    """
    require(request.user, Permission.TRADE_VIEW)
    if request.method == "POST":
        return _search(request)
    chosen = TradeFilter(request.GET, by_name=request.user.is_enterprise, user=request.user)
    trades = chosen.apply(Trade.objects.visible_to(request.user)).with_list_columns()
    return _list_page(request, chosen, keyset_page(trades, keys=("traded_on", "id"), request=request))


def _search(request):
    """The number of a person is answered on the spot; everything else becomes a filter in the address."""
    text = request.POST.get("q", "")
    chosen = TradeFilter(request.POST, by_name=request.user.is_enterprise, user=request.user)
    found = []
    if keys := keys_of_number(text):
        trades = Trade.objects.visible_to(request.user).of_persons(keys).with_list_columns()
        found = list(trades.order_by("-traded_on", "-id")[:MOST_BY_NUMBER])
        services.note_search(found=len(found), by=request.user)
    if not found and not is_private(text):
        return HttpResponseRedirect(f"{reverse('usedcar:trade-list')}{chosen.address}")
    page = Page(rows=found, count=len(found))
    return _list_page(request, TradeFilter(QueryDict(), by_name=False), page, is_by_number=True)


def _list_page(request, chosen, page, *, is_by_number=False):
    reporting = decide(request.user, Permission.TRADE_REPORT)
    now = clock.now()
    for trade in page.rows:
        trade.buyer_shown = party_name(trade, "buyer", is_masked=request.user.is_authority)
        trade.state_text = "已锁定" if is_locked(trade, now) else ""
        is_open = trade.status == TradeStatus.REPORTED and not trade.state_text
        trade.can_change = reporting.allowed and is_open
    context = {
        "page": page,
        "chosen": chosen,
        "reporting": reporting,
        "is_by_number": is_by_number,
        "most": MOST_BY_NUMBER,
        "saved": SavedFilter.objects.visible_to(request.user),
    }
    return render(request, "usedcar/trade_list.html", context)


@require_safe
@permission_required(Permission.TRADE_VIEW)
def trade_detail(request, trade_id):
    """Everything reported of one trade, personal numbers masked, and what can be done to it."""
    return _detail_page(request, _trade_of(request, trade_id))


@require_safe
@permission_required(Permission.TRADE_HISTORY)
def trade_history(request, trade_id):
    """What was done to a trade and what it held before, also after it was deleted."""
    visible = TradeEvent.objects.visible_to(request.user).filter(trade_number=trade_id)
    events = list(visible.select_related("by", "before__reported_by", "enterprise"))
    trade = trade_of_history(trade_id, request.user)
    if not events and trade is None:
        raise Http404
    is_masked = not request.user.is_enterprise
    context = {
        "enterprise": (trade or events[0]).enterprise,
        "is_deleted": trade is None,
        "trade_id": trade_id,
        "events": _time_line(request, events, trade or getattr(events[0], "before", None)),
        "versions": past_versions(events, is_masked=is_masked),
    }
    return render(request, "usedcar/trade_history.html", context)


def _time_line(request, events, trade):
    """Every step, and the import a trade comes from at the end."""
    is_masked = request.user.is_authority
    return event_texts(events, is_masked=is_masked) + origin_texts(trade, is_masked=is_masked)


@require_http_methods(["GET", "POST"])
@permission_required(Permission.TRADE_REPORT)
def trade_add(request):
    """填报二手车交易: one trade in three parts."""
    require(request.user, Permission.TRADE_REPORT)
    enterprise = enterprise_of(request.user)
    form = TradeForm(request.POST or None, enterprise=enterprise)
    if "release" in request.POST:
        return _ask_release(request, form, enterprise)
    error = None
    if request.method == "POST":
        try:
            form.ensure_readable()
            trade = services.save_trade(values=form.values(), confirmed=form.confirmed, by=request.user)
        except BusinessError as refusal:
            error = refusal
        else:
            messages.success(request, f"已上报：{trade.vin}，交易日期 {trade.traded_on}。")
            again = "again" in request.POST
            return redirect("usedcar:trade-add") if again else redirect("usedcar:trade-detail", trade.pk)
    return _form_page(request, form, enterprise, error=error)


@require_http_methods(["GET", "POST"])
@permission_required(Permission.TRADE_REPORT)
def trade_edit(request, trade_id):
    """Change a trade with a reason; numbers of persons stay hidden and stay as they are."""
    trade = _trade_of(request, trade_id)
    require(request.user, Permission.TRADE_REPORT, trade.enterprise)
    if reason := _reason_not_to_change(trade):
        messages.error(request, reason)
        return redirect("usedcar:trade-detail", trade.pk)
    form = TradeForm(request.POST or None, enterprise=trade.enterprise, trade=trade)
    if "release" in request.POST:
        return _ask_release(request, form, trade.enterprise, trade)
    error = None
    if request.method == "POST":
        try:
            _change(request, trade, form)
        except BusinessError as refusal:
            error = refusal
        else:
            messages.success(request, "已保存修改，修改记录见本页下方。")
            return redirect("usedcar:trade-detail", trade.pk)
    return _form_page(request, form, trade.enterprise, trade=trade, error=error)


def _ask_release(request, form, enterprise, trade=None):
    """Ask the authority about a third short sale (T-062); what was typed stays on the page."""
    error = None
    try:
        form.ensure_readable()
        services.ask_release(
            values=form.values(),
            reason=prose(request.POST.get("release_reason", "")),
            trade_id=trade and trade.pk,
            by=request.user,
        )
    except BusinessError as refusal:
        error = refusal
    else:
        body = authority_of(enterprise)
        messages.success(request, f"核实申请已提交，等待{body}办理；放行后 15 天内可填报这笔交易一次。")
        return redirect("usedcar:release-list")
    return _form_page(request, form, enterprise, trade=trade, error=error)


@require_safe
@permission_required(Permission.TRADE_REPORT)
def release_list(request):
    """What the enterprise asked about third short sales, and what became of it."""
    rows = Release.objects.visible_to(request.user)
    page = keyset_page(rows, keys=("id",), request=request)
    return render(request, "usedcar/release_list.html", {"page": page})


def _change(request, trade, form):
    form.ensure_readable()
    version = request.POST.get("version", "")
    services.change_trade(
        trade_id=trade.pk,
        version=int(version) if version.isdecimal() else 0,
        values=form.values(),
        reason=form.cleaned_data["reason"],
        confirmed=form.confirmed,
        by=request.user,
    )


@require_POST
@permission_required(Permission.TRADE_REPORT)
def trade_delete(request, trade_id):
    """Delete a trade with a reason, until its month is locked."""
    trade = _trade_of(request, trade_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _detail_page(request, trade, opened="delete", forms={"delete_form": form}, status=422)
    try:
        services.delete_trade(trade_id=trade.pk, reason=form.cleaned_data["reason"], by=request.user)
    except BusinessError as error:
        form.add_error(None, str(error))
        return _detail_page(request, trade, opened="delete", forms={"delete_form": form}, status=error.status)
    messages.success(request, f"已删除 {trade.vin} 的交易（{trade.traded_on}），删除记录已留存。")
    return redirect("usedcar:trade-list")


@require_POST
@permission_required(Permission.TRADE_REPORT)
def trade_void(request, trade_id):
    """Record the red-letter invoice of a trade."""
    trade = _trade_of(request, trade_id)
    form = VoidForm(request.POST)
    status = 422
    if form.is_valid():
        data = form.cleaned_data
        red = {"red_code": data["red_invoice_code"], "red_number": data["red_invoice_number"]}
        try:
            services.void_trade(trade_id=trade.pk, **red, voided_on=data["voided_on"], by=request.user)
        except BusinessError as error:
            status = error.status
            for found in error.findings:
                form.add_error(found.field, found.message)
            if not error.findings:
                form.add_error(None, str(error))
        else:
            messages.success(request, "已登记红字发票，该交易标为“已红冲”，不再计入统计。")
            return redirect("usedcar:trade-detail", trade.pk)
    return _detail_page(request, trade, opened="void", forms={"void_form": form}, status=status)


@require_POST
@permission_required(Permission.TRADE_REPORT)
def trade_correct(request, trade_id):
    """Ask the authority to open a trade of a locked month."""
    trade = _trade_of(request, trade_id)
    form = ReasonForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            services.ask_correction(trade_id=trade.pk, reason=form.cleaned_data["reason"], by=request.user)
        except BusinessError as error:
            status = error.status
            form.add_error("reason", str(error))
        else:
            messages.success(request, f"更正申请已提交，等待{authority_of(trade.enterprise)}办理。")
            return redirect("usedcar:trade-detail", trade.pk)
    return _detail_page(request, trade, opened="correct", forms={"correct_form": form}, status=status)


@require_POST
@permission_required(Permission.NUMBER_REVEAL)
def trade_reveal(request, trade_id):
    """Show the number of one party's document once, with a reason."""
    trade = _trade_of(request, trade_id)
    prefix = "seller" if request.POST.get("party") == "seller" else "buyer"
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _detail_page(
            request, trade, opened=f"reveal-{prefix}", forms={"reveal_form": form}, status=422
        )
    try:
        number = services.reveal_number(
            trade_id=trade.pk, prefix=prefix, reason=form.cleaned_data["reason"], by=request.user
        )
    except BusinessError as error:
        form.add_error(None, str(error))
        forms = {"reveal_form": form}
        return _detail_page(request, trade, opened=f"reveal-{prefix}", forms=forms, status=error.status)
    context = {"trade": trade, "number": number, "party": PREFIXES[prefix]}
    return render(request, "usedcar/trade_number.html", context)


def _trade_of(request, trade_id):
    trades = Trade.objects.visible_to(request.user).select_related("enterprise", "batch", "reported_by")
    return get_object_or_404(trades, pk=trade_id)


def _reason_not_to_change(trade):
    if trade.status == TradeStatus.VOIDED:
        return "该交易已红冲，不能再修改或删除。"
    return reason_locked(trade, clock.now())


def _detail_page(request, trade, *, opened="", forms=None, status=200):
    events = TradeEvent.objects.visible_to(request.user).filter(trade_number=trade.pk).select_related("by")
    asked = Correction.objects.visible_to(request.user).filter(trade_number=trade.pk)
    context = {
        "trade": trade,
        "groups": groups(trade, is_masked=request.user.is_authority),
        "events": _time_line(request, events, trade),
        "reporting": decide(request.user, Permission.TRADE_REPORT, trade.enterprise),
        "revealing": decide(request.user, Permission.NUMBER_REVEAL, trade),
        "reason_locked": _reason_not_to_change(trade),
        "parties": _persons_of(trade, opened, (forms or {}).get("reveal_form")),
        "corrections": asked.order_by("-id"),
        "can_ask": is_locked(trade, clock.now()) and not asked.filter(status=CorrectionStatus.ASKED).exists(),
        "is_correcting": opened == "correct",
        "correct_form": ReasonForm(auto_id="correct_%s"),
        "opened": opened,
        "is_voiding": opened == "void",
        "is_deleting": opened == "delete",
        "delete_form": ReasonForm(auto_id="delete_%s"),
        "void_form": VoidForm(),
        "reveal_form": None,
        **(forms or {}),
    }
    return render(request, "usedcar/trade_detail.html", context, status=status)


def _persons_of(trade, opened, sent):
    """The parties with a number to look at, each with a form of its own for the reason."""
    persons = []
    for prefix, title in PREFIXES.items():
        is_opened = opened == f"reveal-{prefix}"
        form = sent if is_opened else ReasonForm(auto_id=f"{prefix}_%s")
        if getattr(trade, f"{prefix}_id_mask"):
            persons.append({"prefix": prefix, "title": title, "form": form, "is_opened": is_opened})
    return persons


def _form_page(request, form, enterprise, *, trade=None, error=None):
    found = list(error.findings) if error else []
    form.add_findings(found)
    if error and not found and form.is_valid():
        form.add_error(None, str(error))
    context = {
        "form": form,
        "trade": trade,
        "enterprise": enterprise,
        "notes": [one for one in found if not one.stops],
        "questions": " ".join(f"{one.rule}:{one.field}" for one in found if one.severity == Severity.WARN),
        "asks_release": "release" in request.POST or any(one.rule == "T-062" for one in found),
        "release_reason": request.POST.get("release_reason", ""),
        "asks_reason": any(one.severity == Severity.WARN_CONFIRM for one in found),
        "deals": earlier_deals(form, enterprise) if found else [],
    }
    return render(request, "usedcar/trade_form.html", context, status=error.status if error else 200)
