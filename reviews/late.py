"""Permissions after the window has closed: what waits, what is in force, what has ended."""

from urllib.parse import urlencode

from django.db.models import Count, Q

from autoflow.common.requests import chosen_text
from filing.models import Enterprise
from reporting.enums import LateStatus
from reporting.models import LatePermission, Obligation
from reporting.registry import form_choices
from reporting.windows import limit_text
from reviews.areas import area_at, area_choices
from reviews.completeness import completeness
from reviews.filters import Filter
from reviews.places import place_names

PAST_PERIODS = 12
ASKED, IN_FORCE, ENDED = "asked", "in-force", "ended"
TABS = {ASKED: "待办理", IN_FORCE: "有效", ENDED: "已结束"}
KEYS = {ASKED: ("id",), IN_FORCE: ("until", "id"), ENDED: ("id",)}


def conditions(at) -> dict[str, Q]:
    """Each permission lies under exactly one tab."""
    granted = Q(status=LateStatus.GRANTED)
    return {
        ASKED: Q(status=LateStatus.ASKED),
        IN_FORCE: granted & Q(until__gt=at),
        ENDED: Q(status=LateStatus.REFUSED) | granted & Q(until__lte=at),
    }


def counts(permissions, at) -> dict[str, int]:
    named = {tab: Count("id", filter=condition) for tab, condition in conditions(at).items()}
    return permissions.aggregate(**{tab.replace("-", "_"): count for tab, count in named.items()})


class LateFilter(Filter):
    """Form, place, and name or credit code of the enterprise; the tab besides."""

    def __init__(self, query, user, at):
        super().__init__(query)
        self.at = at
        self.tab = self._one_of("tab", TABS) or ASKED
        self.text = chosen_text(query, "q")
        self.form_choices = form_choices()
        self.form = self._one_of("form", dict(self.form_choices))
        self.area = area_at(user, query.get("place", ""))
        self.place_choices = area_choices(user, self.area)

    @property
    def here(self):
        """The address of the conditions, whatever the tab."""
        chosen = {"q": self.text, "form": self.form, "place": self.area.code}
        return urlencode({name: text for name, text in chosen.items() if text})

    @property
    def keys(self):
        return KEYS[self.tab]

    @property
    def is_oldest_first(self):
        return self.tab != ENDED

    def narrowed(self, permissions):
        """What fits the conditions, under whatever tab."""
        found = permissions.filter(self.area.rows)
        if self.text:
            found = found.filter(enterprise__in=Enterprise.objects.search(self.text))
        return found.filter(form=self.form) if self.form else found

    def of_tab(self, permissions):
        return permissions.filter(conditions(self.at)[self.tab])

    def labels(self):
        labels = {
            "q": self.text and f"查询：{self.text}",
            "form": self.form and f"报表：{dict(self.form_choices)[self.form]}",
            "place": self.area.code and f"地区：{self.area.name}",
        }
        return {name: label for name, label in labels.items() if label}


def tabs(permissions, at):
    """Each tab with its word and its count."""
    counted = counts(permissions, at)
    return [(tab, word, counted[tab.replace("-", "_")]) for tab, word in TABS.items()]


def with_words(permissions):
    """Adds the place of the enterprise and the end of the permission."""
    places = place_names(row.division_code for row in permissions)
    for row in permissions:
        row.place = places.get(row.division_code, row.division_code)
        row.until_text = limit_text(row.until) if row.until else "–"
    return permissions


def record_of(enterprise, form, user) -> dict:
    """How the enterprise kept the latest periods of a form, and the permissions it had: what an officer
    weighs.
    """
    owed = Obligation.objects.visible_to(user).filter(enterprise=enterprise, form=form.key)
    latest = list(owed.order_by("-period").values_list("pk", flat=True)[:PAST_PERIODS])
    had = LatePermission.objects.visible_to(user).filter(enterprise=enterprise, form=form.key)
    return {
        "total": completeness(owed.filter(pk__in=latest)),
        "earlier": with_words(list(had.with_list_columns().order_by("-id")[:PAST_PERIODS])),
    }
