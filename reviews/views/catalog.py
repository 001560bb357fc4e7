"""The administrator's work on the catalogue: the queue, one entry, and every decision on it."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Permission
from accounts.permissions import permission_required
from autoflow.common.errors import BusinessError
from autoflow.common.pages import keyset_page
from autoflow.common.requests import chosen_id, chosen_text
from catalog import services
from catalog.enums import CatalogKind, CatalogStatus
from catalog.models import ENTRY_MODELS
from reviews import catalogue

MOST_TARGETS = 10


@require_safe
@permission_required(Permission.CATALOG_MANAGE)
def catalog_queue(request):
    """Requests of one kind, longest waiting first, or every entry to look one up."""
    kind = request.GET.get("kind", CatalogKind.BRAND)
    if kind not in ENTRY_MODELS:
        raise Http404
    status = request.GET.get("status", CatalogStatus.PENDING)
    status = status if status in CatalogStatus.values else ""
    text = chosen_text(request.GET, "q")
    rows = catalogue.queue(request.user, kind, status).named_like(text)
    keys = ("requested_at", "id") if status == CatalogStatus.PENDING else ("id",)
    page = keyset_page(catalogue.with_review_columns(rows, kind), keys=keys, request=request, ascending=True)
    catalogue.with_ages(page.rows)
    context = {"page": page, "status": status, "text": text, "is_queue": status == CatalogStatus.PENDING}
    return render(request, "reviews/catalog/queue.html", context | _kinds(request, kind))


@require_safe
@permission_required(Permission.CATALOG_MANAGE)
def entry_detail(request, kind, entry_id):
    """One entry beside the five most like it, who asked, how often it is used, and the steps open now."""
    return _entry_page(request, _entry_of(request, kind, entry_id))


@require_POST
@permission_required(Permission.CATALOG_MANAGE)
def entry_approve(request, kind, entry_id):
    entry = _entry_of(request, kind, entry_id)
    return _decide(request, entry, services.approve_entry, "已通过，全国可选；已通知申请企业。")


@require_POST
@permission_required(Permission.CATALOG_MANAGE)
def entry_reject(request, kind, entry_id):
    entry, reason = _entry_of(request, kind, entry_id), request.POST.get("reason", "")
    done = "判为不通过，申请企业会看到原因。"
    return _decide(request, entry, services.reject_entry, done, reason=reason)


@require_POST
@permission_required(Permission.CATALOG_MANAGE)
def entry_rename(request, kind, entry_id):
    entry, name = _named_of(request, kind, entry_id), request.POST.get("name", "")
    return _decide(request, entry, services.rename_entry, "的标准名称已更正，原名称仍可查到。", name=name)


@require_POST
@permission_required(Permission.CATALOG_MANAGE)
def entry_disable(request, kind, entry_id):
    entry, reason = _entry_of(request, kind, entry_id), request.POST.get("reason", "")
    done = "已停用，新填报不可选，历史数据不受影响。"
    return _decide(request, entry, services.disable_entry, done, reason=reason)


@require_http_methods(["GET", "POST"])
@permission_required(Permission.CATALOG_MANAGE)
def entry_merge(request, kind, entry_id):
    """Look up the entry to keep, see the effect, then merge; afterwards the same figures as done."""
    entry = _named_of(request, kind, entry_id)
    into_id = chosen_id(request, "into")
    if request.method == "POST":
        if into_id is None:
            raise Http404
        return _merge(request, entry, into_id)
    return _merge_page(request, entry, into_id)


@require_POST
@permission_required(Permission.CATALOG_MANAGE)
def entries_approve(request, kind):
    """Approve what was ticked, with what came of each."""
    if kind not in ENTRY_MODELS:
        raise Http404
    ticked = [int(text) for text in request.POST.getlist("entry") if text.isascii() and text.isdigit()]
    try:
        results = services.approve_entries(kind=kind, entry_ids=ticked[:100], by=request.user)
    except BusinessError as error:
        messages.warning(request, str(error))
        return redirect(_queue_url(kind))
    done = sum(result.is_done for result in results)
    context = {"results": results, "done": done, "left": len(results) - done} | _kinds(request, kind)
    return render(request, "reviews/catalog/results.html", context)


def _kinds(request, kind):
    waiting = catalogue.counts(request.user)
    kinds = [(each.value, each.label, waiting[each]) for each in CatalogKind]
    return {
        "kind": kind,
        "kind_label": CatalogKind(kind).label,
        "kinds": kinds,
        "statuses": catalogue.STATUSES,
    }


def _queue_url(kind):
    return f"{redirect('reviews:catalog-queue').url}?kind={kind}"


def _entry_of(request, kind, entry_id):
    if kind not in ENTRY_MODELS:
        raise Http404
    entries = ENTRY_MODELS[kind].objects.visible_to(request.user)
    return get_object_or_404(catalogue.with_review_columns(entries, kind), pk=entry_id)


def _named_of(request, kind, entry_id):
    """Only what has a name of its own is corrected or merged."""
    if kind not in catalogue.NAMED:
        raise Http404
    return _entry_of(request, kind, entry_id)


def _decide(request, entry, service, done, **words):
    """Take the step and go on to what has waited longest; what was written stays when it is refused."""
    kind = entry.KIND.value
    try:
        decided = service(kind=kind, entry_id=entry.pk, **words, by=request.user)
    except BusinessError as error:
        entry = _entry_of(request, kind, entry.pk)
        return _entry_page(request, entry, error=error)
    messages.success(request, f"{entry.KIND.label}“{decided}”{done}")
    following = (
        catalogue.queue(request.user, kind, CatalogStatus.PENDING).order_by("requested_at", "id").first()
    )
    if entry.status != CatalogStatus.PENDING or following is None:
        return redirect("reviews:catalog-entry", kind, entry.pk)
    return redirect("reviews:catalog-entry", kind, following.pk)


def _entry_page(request, entry, *, error=None):
    catalogue.with_ages([entry])
    candidates = catalogue.comparison(request.user, entry)
    context = {
        "entry": entry,
        "kind": entry.KIND.value,
        "subject": f"{entry.KIND.label}“{entry}”",
        "facts": catalogue.facts(entry),
        "waiting_before": catalogue.waiting_before(entry),
        "waiting_after": catalogue.waiting_after(entry),
        "candidates": candidates,
        "merged_into": getattr(entry, "merged_into", None),
        "usage": catalogue.usage_of(entry),
        "steps": catalogue.steps_of(entry),
        "reason": request.POST.get("reason") or catalogue.default_reason(candidates),
        "name": request.POST.get("name") or getattr(entry, "name", ""),
        "history": catalogue.history(entry),
        "error": error,
    }
    status = error.status if error else 200
    return render(request, "reviews/catalog/entry.html", context, status=status)


def _merge(request, entry, into_id):
    kind = entry.KIND.value
    try:
        effect = services.merge_entry(kind=kind, entry_id=entry.pk, into_id=into_id, by=request.user)
    except BusinessError as error:
        return _merge_page(request, _entry_of(request, kind, entry.pk), into_id, error=error)
    kept = _entry_of(request, kind, into_id)
    return render(request, "reviews/catalog/merged.html", _merge_context(entry, kept, effect))


def _merge_page(request, entry, into_id, *, error=None):
    """Before the merge: the entries it may go into, or the one chosen with the effect."""
    kind, text = entry.KIND.value, chosen_text(request.GET, "q")
    kept = _entry_of(request, kind, into_id) if into_id else None
    targets = ENTRY_MODELS[kind].objects.visible_to(request.user).approved().exclude(pk=entry.pk)
    if entry.KIND == CatalogKind.MODEL:
        targets = targets.filter(producer=entry.producer_id)
    targets = catalogue.with_review_columns(targets.named_like(text), kind).order_by("name", "pk")
    context = {
        **_merge_context(entry, kept, services.merge_effect(entry, kept) if kept else None),
        "text": text,
        "targets": catalogue.with_ages(list(targets[:MOST_TARGETS])) if text and not kept else [],
        "error": error,
    }
    return render(request, "reviews/catalog/merge.html", context, status=error.status if error else 200)


def _merge_context(entry, kept, effect):
    return {"entry": entry, "kept": kept, "effect": effect, "kind": entry.KIND.value}
