"""The rows of the work list."""

from functools import lru_cache

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from autoflow.common.shells import place, shell_of

register = template.Library()

MOST_SHELLS = 200
TEXTS = ("pk", "name", "uscc", "types", "submitted_at", "age", "holder", "body", "own_reason")
TEXTS += ("detail_url", "claim_url", "csrf_token")


@register.simple_tag
def filing_row(filing, can_claim, user, csrf_token):
    """One filing of the list; a heap shows twenty at once, each with its marks and its next step."""
    own_reason, holder = getattr(filing, "own_reason", ""), filing.holder
    shell = _shell(
        can_claim=can_claim,
        is_urged=filing.is_urged,
        is_to_reverify=filing.is_to_reverify,
        is_from_old_system=filing.is_from_old_system,
        is_overdue=filing.is_overdue,
        is_own=bool(own_reason),
        is_held=holder is not None,
        is_mine=bool(can_claim and holder and holder.by_id == user.pk),
        status=filing.status,
        status_text=filing.get_status_display(),
    )
    return format_html(
        shell,
        pk=filing.pk,
        name=filing.enterprise_name,
        uscc=filing.uscc,
        types=filing.type_text,
        submitted_at=f"{timezone.localtime(filing.submitted_at):%Y-%m-%d %H:%M}",
        age=filing.age or "–",
        holder=holder.by.short_name if holder else "",
        body=filing.confirm_body or "–",
        own_reason=own_reason,
        detail_url=reverse("reviews:filing-detail", args=[filing.pk]),
        claim_url=reverse("reviews:filing-claim", args=[filing.pk]) if can_claim else "",
        csrf_token=csrf_token,
    )


@lru_cache(maxsize=MOST_SHELLS)
def _shell(**facts):
    return shell_of("reviews/_filing_row.html", facts | {name: place(name) for name in TEXTS})
