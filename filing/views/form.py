"""The long form of a filing."""

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.enums import Permission
from accounts.permissions import decide, permission_required, require
from autoflow.common.codes import name_of
from autoflow.common.errors import BusinessError
from autoflow.common.single import only_row
from filing import presentation, services
from filing.change_notice import change_notice, move_findings
from filing.forms import FilingForms
from filing.permissions import enterprise_of
from filing.versions import version_in_force

TO_MEND = "内容已保存为草稿，还没有提交。请按下面的提示修改或核对，再点“提交”。"
TO_CHECK = "内容已保存为草稿，还没有提交。请核对下面的提示，没有问题的勾选“我已核对以上提示”，再点“提交”。"


@require_http_methods(["GET", "POST"])
@permission_required(Permission.FILING_EDIT)
def edit(request):
    """The long form: what is stored, or what was posted with a message at each field that needs one."""
    enterprise = enterprise_of(request.user)
    if enterprise is None:
        return redirect("filing:open-service")
    if request.method == "POST":
        return _post(request, enterprise)
    filing = only_row(enterprise.filings.open_versions().with_content().select_related("decided_by"))
    in_force = None if filing else version_in_force(enterprise)
    decision = decide(request.user, Permission.FILING_EDIT, filing or in_force)
    if not decision:
        messages.info(request, decision.reason)
        return redirect("filing:detail")
    if in_force is not None:
        return render(request, "filing/change.html", {"notice": change_notice(enterprise)})
    filing = filing or services.first_version(enterprise, request.user)
    return _form_page(request, FilingForms(filing, user=request.user))


def _post(request, enterprise):
    """A press on a button of the form: «变更» opens a copy, the others save, and 提交 also hands in."""
    action = request.POST.get("action")
    if action == "change":
        services.start_filing(by=request.user)
        return redirect("filing:edit")
    if action == "submit":
        require(request.user, Permission.FILING_SUBMIT)
    filing = _version_on_the_page(enterprise) or services.start_filing(by=request.user)
    page = FilingForms(filing, request.POST, request.FILES, user=request.user)
    kept = {"revision": page.posted_revision, "values": page.values, "rows": page.rows}
    try:
        page.keep(services.save_draft(filing_id=filing.pk, **kept, by=request.user))
    except BusinessError as error:
        return _refused(request, page, error)
    if action == "autosave":
        return _autosaved(page)
    if not page.is_valid():
        messages.warning(request, "标出的各项没有保存，请修改；其余内容已保存为草稿。")
        return _form_page(request, page, status=422)
    if action == "submit":
        return _submit(request, page)
    messages.success(request, "草稿已保存。填写完整后请提交。")
    return redirect("filing:edit")


def _version_on_the_page(enterprise):
    """The version under way; one that was confirmed meanwhile is met as it is, and nothing is begun anew."""
    versions = enterprise.filings.with_content()
    return only_row(versions.open_versions()) or only_row(versions.filter(is_in_force=True))


def _submit(request, page):
    """Hand in what was just saved; warnings, and a move to another authority, must have been ticked."""
    found = [*services.findings_of(page.filing), *move_findings(page.filing)]
    stopping = [item for item in found if item.stops]
    is_unread = any(item.asks for item in found) and "warnings_checked" not in request.POST
    if stopping or is_unread:
        page.add_findings(stopping)
        messages.warning(request, TO_MEND if stopping else TO_CHECK)
        notes = [item for item in found if not item.stops]
        return _form_page(request, page, notes=notes, is_kept=True, status=422)
    try:
        filing = services.submit_filing(filing_id=page.filing.pk, revision=page.revision, by=request.user)
    except BusinessError as error:
        return _refused(request, page, error)
    messages.success(
        request, f"备案已提交，等待{filing.confirm_body}确认；{presentation.term_text(filing)}。"
    )
    return redirect("filing:detail")


def _refused(request, page, error):
    if request.POST.get("action") == "autosave":
        answer = {"message": str(error), "revision": page.revision, "places": page.places}
        return JsonResponse(answer, status=error.status)
    page.form.add_error(None, str(error))
    return _form_page(request, page, status=error.status)


def _autosaved(page):
    """What the page needs to know to go on: its new revision, and the server's word on what is missing."""
    faults = page.faults(services.findings_of(page.filing))
    return JsonResponse(
        {
            "text": f"已自动保存 {timezone.localtime():%H:%M}{page.left_out}",
            "complete": not page.left_out,
            "revision": page.revision,
            "places": page.places,
            "faults": faults,
            "authority": name_of("jurisdictions", page.filing.jurisdiction_code),
        }
    )


def _form_page(request, page, *, notes=(), is_kept=False, status=200):
    """The form as it stands; `is_kept` says that all of it was saved, though it was not handed in."""
    filing = page.filing
    problems = presentation.problems(filing)
    page.form.reminders = presentation.problems_by_field(filing, problems)
    context = {
        "page": page,
        "filing": filing,
        "change_notice": change_notice(filing.enterprise, filing) if filing.is_change else None,
        "problems": problems,
        "tasks": page.tasks(services.findings_of(filing)),
        "notes": [page.linked(item) for item in notes],
        "is_kept": is_kept,
        "asks_for_tick": any(item.asks for item in notes),
        "is_ticked": "warnings_checked" in request.POST,
        "submit_decision": decide(request.user, Permission.FILING_SUBMIT, filing),
    }
    return render(request, "filing/form.html", context, status=status)
