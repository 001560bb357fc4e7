"""The rows of the list of trades."""

from functools import lru_cache

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from autoflow.common.shells import place, shell_of
from usedcar.enums import TradeStatus

register = template.Library()

MOST_SHELLS = 50
TEXTS = ("vin", "enterprise", "buyer", "traded_on", "reported_at", "state_text", "detail_url", "edit_url")


@register.simple_tag
def trade_row(trade, user):
    """One trade of the list with what this person can do to it."""
    shell = _shell(
        is_authority=user.is_authority,
        is_enterprise=user.is_enterprise,
        can_change=trade.can_change,
        is_voided=trade.status == TradeStatus.VOIDED,
    )
    return format_html(
        shell,
        vin=trade.vin,
        enterprise=trade.enterprise.name if user.is_authority else "",
        buyer=trade.buyer_shown,
        traded_on=trade.traded_on.isoformat(),
        reported_at=f"{timezone.localtime(trade.reported_at):%Y-%m-%d %H:%M}",
        state_text=trade.state_text,
        detail_url=reverse("usedcar:trade-detail", args=[trade.pk]),
        edit_url=reverse("usedcar:trade-edit", args=[trade.pk]) if trade.can_change else "",
    )


@lru_cache(maxsize=MOST_SHELLS)
def _shell(**facts):
    voided = {"voided": TradeStatus.VOIDED.value, "voided_text": TradeStatus.VOIDED.label}
    return shell_of("usedcar/_trade_row.html", facts | voided | {name: place(name) for name in TEXTS})
