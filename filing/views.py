"""The enterprise's own pages: opening the service, its filing, the long form, versions, print and images."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.audit import record
from accounts.enums import Permission
from accounts.permissions import decide, permission_required, require
from autoflow.common.errors import BusinessError
from filing import presentation, services
from filing.enums import AWAITING, FilingStatus, ImageSlot
from filing.forms import FilingForms, named
from filing.images import read_image
from filing.models import Enterprise, Filing
from filing.permissions import enterprise_of
from filing.sections import IMAGES, LABELS

IMAGE_HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@require_http_methods(["GET", "POST"])
@permission_required(Permission.SERVICE_OPEN)
def open_service(request):
    """«增加应用»."""
    if enterprise_of(request.user):
        return redirect("filing:detail")
    if request.method == "POST":
        services.open_service(by=request.user)
        messages.success(request, "已增加应用“全国汽车流通信息管理”。下一步：填写企业备案。")
        return redirect("filing:edit")
    return render(request, "filing/open_service.html")


@require_safe
@permission_required(Permission.FILING_EDIT)
def detail(request):
    """Where the filing stands, what comes next, and everything it says."""
    enterprise = enterprise_of(request.user)
    if enterprise is None:
        return redirect("filing:open-service")
    versions = list(Filing.objects.visible_to(request.user).with_list_columns().order_by("-version"))
    latest = versions[0] if versions else None
    in_force = next((filing for filing in versions if filing.is_in_force), None)
    is_draft_of_change = bool(in_force and latest.status == FilingStatus.DRAFT)
    shown = in_force if is_draft_of_change else latest
    context = {
        "enterprise": enterprise,
        "filing": shown,
        "latest": latest,
        "in_force": in_force,
        "is_draft_of_change": is_draft_of_change,
        "is_waiting": bool(latest and latest.status in AWAITING),
        "problems": [LABELS[name] for name in shown.return_fields] if shown else [],
        "versions": versions,
        "meaning": presentation.meaning(enterprise, shown),
        "events": presentation.history(versions),
        "print_decision": decide(request.user, Permission.FILING_PRINT, enterprise),
        "edit_decision": decide(request.user, Permission.FILING_EDIT, latest),
        **(presentation.page(shown) if shown else {}),
    }
    return render(request, "filing/detail.html", context)


@require_http_methods(["GET", "POST"])
@permission_required(Permission.FILING_EDIT)
def edit(request):
    """The long form: what is stored, or what was posted with a message at each field that needs one."""
    enterprise = enterprise_of(request.user)
    if enterprise is None:
        return redirect("filing:open-service")
    if request.method == "POST":
        return _post(request)
    filing = enterprise.filings.open_versions().select_related("enterprise", *IMAGES).first()
    if filing is None and enterprise.filings.filter(is_in_force=True).exists():
        return render(request, "filing/change.html", {"enterprise": enterprise})
    decision = decide(request.user, Permission.FILING_EDIT, filing)
    if not decision:
        messages.info(request, decision.reason)
        return redirect("filing:detail")
    page = FilingForms(filing or services.first_version(enterprise, request.user))
    if filing is not None and filing.status == FilingStatus.RETURNED:
        page.add_reasons()
    return _form_page(request, page)


def _post(request):
    """A press on a button of the form: «变更» opens a copy, the others save, and 提交 also hands in."""
    if request.POST.get("action") == "change":
        services.start_filing(by=request.user)
        return redirect("filing:edit")
    filing = services.start_filing(by=request.user)
    page = FilingForms(filing, request.POST, request.FILES)
    try:
        revision = int(request.POST.get("revision", ""))
    except ValueError:
        revision = filing.revision
    try:
        saved = services.save_draft(
            filing_id=filing.pk, revision=revision, values=page.values, rows=page.rows, by=request.user
        )
    except BusinessError as error:
        page.form.add_error(None, str(error))
        return _form_page(request, page, status=error.status)
    page.keep(saved)
    if not page.is_valid():
        page.form.add_error(None, "其余内容已保存，标出的各项没有保存，请修改。")
        return _form_page(request, page, status=422)
    if request.POST.get("action") == "submit":
        return _submit(request, page)
    messages.success(request, "草稿已保存。填写完整后请提交。")
    return redirect("filing:edit")


def _submit(request, page):
    """Hand in what was just saved; warnings must have been read and ticked."""
    require(request.user, Permission.FILING_SUBMIT, page.filing)
    found = services.findings_of(page.filing)
    stopping = [item for item in found if item.stops]
    asking = [item for item in found if item.asks]
    if stopping or (asking and "warnings_checked" not in request.POST):
        page.add_findings(stopping)
        return _form_page(request, page, asking=asking, status=422)
    try:
        filing = services.submit_filing(
            filing_id=page.filing.pk, revision=page.filing.revision, by=request.user
        )
    except BusinessError as error:
        page.form.add_error(None, str(error))
        return _form_page(request, page, status=error.status)
    messages.success(request, f"备案已提交，等待{filing.confirm_body}确认；一般 5 个工作日内办理。")
    return redirect("filing:detail")


def _form_page(request, page, *, asking=(), status=200):
    context = {
        "page": page,
        "filing": page.filing,
        "tasks": page.tasks(services.findings_of(page.filing)),
        "asking": [named(item) for item in asking],
        "submit_decision": decide(request.user, Permission.FILING_SUBMIT, page.filing),
    }
    return render(request, "filing/form.html", context, status=status)


@require_safe
@permission_required(Permission.FILING_VIEW)
def version(request, version):
    """An earlier or later version of one's own filing, as it was handed in."""
    filings = Filing.objects.visible_to(request.user).select_related("enterprise", "resident_market", *IMAGES)
    if not request.user.is_enterprise:
        raise Http404
    filing = get_object_or_404(filings, version=version)
    context = {"filing": filing, "events": presentation.history([filing]), **presentation.page(filing)}
    return render(request, "filing/version.html", context)


@require_safe
@permission_required(Permission.FILING_PRINT)
def print_form(request):
    """备案信息表 of the version in force, ready for A4."""
    enterprise = enterprise_of(request.user)
    require(request.user, Permission.FILING_PRINT, enterprise)
    filings = enterprise.filings.select_related("enterprise", "resident_market", "decided_by", *IMAGES)
    filing = get_object_or_404(filings, is_in_force=True)
    record("filing.print", filing, by=request.user, version=filing.version)
    context = {"filing": filing, "is_changing": enterprise.status != FilingStatus.CONFIRMED}
    return render(request, "filing/print.html", context | presentation.page(filing))


@require_safe
@permission_required(Permission.FILING_VIEW)
def image(request, filing_id, slot):
    """One image of one version, to those in whose scope it is; every look is recorded."""
    if slot not in ImageSlot.values:
        raise Http404
    filing = get_object_or_404(Filing.objects.visible_to(request.user).select_related(slot), pk=filing_id)
    stored = getattr(filing, slot)
    if stored is None:
        raise Http404
    data = read_image(stored)
    record("filing.image", filing, by=request.user, slot=slot)
    return HttpResponse(data, content_type="image/jpeg", headers=IMAGE_HEADERS)


def _save(request):
    """Keep everything that can be kept; hand it in when that was asked and nothing stands against it."""
    wants_submission = request.POST.get("action") == "submit"
    if wants_submission:
        require(request.user, Permission.FILING_SUBMIT)
    filing = services.start_filing(by=request.user)
    if request.POST.get("action") == "change":
        return redirect("filing:edit")
    page = FilingForms(filing, request.POST, request.FILES)
    try:
        filing = services.save_draft(
            filing_id=filing.pk,
            revision=page.posted_revision,
            values=page.values,
            rows=page.rows,
            by=request.user,
        )
    except BusinessError as error:
        page.form.add_error(None, str(error))
        return _form_page(request, page, status=error.status)
    page.keep(filing)
    if not page.is_valid():
        messages.warning(request, "下面指出的内容没有保存，请修改；其余内容已保存为草稿。")
        return _form_page(request, page, status=422)
    if wants_submission:
        return _hand_in(request, page)
    messages.success(request, "草稿已保存。填写完整后请提交。")
    return redirect("filing:edit")


def _hand_in(request, page):
    """Errors go to their fields, warnings ask for a tick, and only then is the version handed in."""
    findings = services.findings_of(page.filing)
    page.add_findings(found for found in findings if found.stops)
    is_checked = "warnings_checked" in request.POST or not any(found.asks for found in findings)
    if page.bound_errors or not is_checked:
        messages.info(request, "内容已保存为草稿，还没有提交。")
        return _form_page(request, page, status=422, findings=findings, asks=True)
    try:
        filing = services.submit_filing(filing_id=page.filing.pk, revision=page.revision, by=request.user)
    except BusinessError as error:
        page.form.add_error(None, str(error))
        return _form_page(request, page, status=error.status)
    messages.success(request, f"已提交，等待{filing.confirm_body}确认；一般 5 个工作日内。")
    return redirect("filing:detail")


def _form_page(request, page, *, status=200, findings=None, asks=False):
    found = services.findings_of(page.filing) if findings is None else findings
    context = {
        "page": page,
        "tasks": page.tasks(found),
        "findings": [named(row) for row in found if not row.stops] if asks else [],
        "asks_for_tick": asks and any(row.asks for row in found),
        "submit_decision": decide(request.user, Permission.FILING_SUBMIT, page.filing),
    }
    return render(request, "filing/edit.html", context, status=status)


@require_safe
@permission_required(Permission.FILING_EDIT)
def version(request, version):
    """An earlier version as it was handed in."""
    filings = Filing.objects.visible_to(request.user).with_list_columns()
    filing = get_object_or_404(filings, version=version)
    return render(request, "filing/version.html", {"filing": filing, **presentation.page(filing)})


@require_safe
@permission_required(Permission.FILING_PRINT)
def print_form(request):
    """备案信息表 of the version in force, made for paper."""
    enterprise = get_object_or_404(Enterprise.objects.visible_to(request.user))
    require(request.user, Permission.FILING_PRINT, enterprise)
    filing = get_object_or_404(Filing.objects.visible_to(request.user), is_in_force=True)
    context = {"enterprise": enterprise, "filing": filing, "sections": presentation.sections(filing)}
    return render(request, "filing/print.html", context)


@require_safe
@permission_required(Permission.FILING_VIEW)
def image(request, filing_id, slot):
    """One image of a version the person may see; each look is recorded."""
    if slot not in ImageSlot.values:
        raise Http404
    filings = Filing.objects.visible_to(request.user).select_related(slot)
    filing = get_object_or_404(filings, pk=filing_id)
    stored = getattr(filing, slot)
    if stored is None:
        raise Http404
    data = read_image(stored)
    record("filing.image-view", filing, by=request.user, slot=slot, sha256=stored.sha256)
    return HttpResponse(data, content_type="image/jpeg", headers=IMAGE_HEADERS)
