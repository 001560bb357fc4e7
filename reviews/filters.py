"""Filters of the lists, as they stand in the address; what cannot be understood filters nothing."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from autoflow.common.codes import choices, name_of
from autoflow.common.requests import chosen_text
from filing.enums import FilingStatus
from reviews.audit_words import OBJECT_KINDS, SUBJECTS, action_text, kind_text

CENTURY = 20
LISTED = [status for status in FilingStatus if status != FilingStatus.DRAFT]


@dataclass(frozen=True)
class Chip:
    """A filter that is on, and the address without it."""

    label: str
    url: str


class Filter:
    """A filter of a list: `labels()` gives the parameters that are on with the words of their chips."""

    def __init__(self, query):
        self.query = query

    @property
    def chips(self):
        return [Chip(label, self._without(name)) for name, label in self.labels().items()]

    def _without(self, name):
        query = self.query.copy()
        for gone in (name, "after", "before"):
            query.pop(gone, None)
        return f"?{query.urlencode()}"

    def _one_of(self, name, known):
        value = self.query.get(name, "")
        return value if value in known else ""


class FilingFilter(Filter):
    """State, enterprise type, and name or credit code."""

    status_choices = [(status.value, status.label) for status in LISTED]
    type_choices = choices("enterprise_types")

    def __init__(self, query):
        super().__init__(query)
        self.text = chosen_text(query, "q")
        self.status = self._one_of("status", FilingStatus.values)
        self.type = self._one_of("type", dict(self.type_choices))

    def apply(self, filings):
        filings = filings.search(self.text)
        if self.status:
            filings = filings.filter(status=self.status)
        if self.type:
            filings = filings.filter(enterprise_types__contains=[self.type])
        return filings

    def labels(self):
        labels = {
            "q": self.text and f"查询：{self.text}",
            "status": self.status and f"状态：{FilingStatus(self.status).label}",
            "type": self.type and f"类型：{name_of('enterprise_types', self.type)}",
        }
        return {name: label for name, label in labels.items() if label}


class AuthorizationFilter(Filter):
    """Kind of difference, brand, and name or credit code of the dealer."""

    kind_choices = [("claims", "经销商申报授权、品牌方未登记"), ("grants", "品牌方登记授权、经销商未申报")]

    def __init__(self, query, *, brands):
        super().__init__(query)
        self.brand_choices = [(str(key), name) for key, name in brands]
        self.text = chosen_text(query, "q")
        self.kind = self._one_of("kind", dict(self.kind_choices)) or "claims"
        self.brand = self._one_of("brand", dict(self.brand_choices))

    def apply(self, lines):
        name, code = ("grantee_name", "grantee_uscc")
        if self.kind == "claims":
            name, code = ("filing__enterprise_name", "filing__uscc")
        if self.text:
            by_code = Q(**{f"{code}__startswith": self.text.upper()})
            lines = lines.filter(by_code | Q(**{f"{name}__contains": self.text}))
        return lines.filter(brand=self.brand) if self.brand else lines

    def labels(self):
        labels = {
            "q": self.text and f"查询：{self.text}",
            "brand": self.brand and f"品牌：{dict(self.brand_choices)[self.brand]}",
        }
        return {name: label for name, label in labels.items() if label}


class AuditFilter(Filter):
    """Account, action (a whole subject, or one of its verbs), object and day."""

    subject_choices = list(SUBJECTS.items())
    kind_choices = [(name, kind_text(name)) for name in OBJECT_KINDS]

    def __init__(self, query):
        super().__init__(query)
        self.account = chosen_text(query, "q", 40)
        self.action = chosen_text(query, "action", 40)
        self.subject = self.action.partition(".")[0]
        self.object_type = self._one_of("object_type", OBJECT_KINDS)
        self.object_id = chosen_text(query, "object_id", 40)
        self.day = _day(query.get("on", ""))

    def apply(self, records):
        exact = {"object_type": self.object_type, "object_id": self.object_id}
        records = records.filter(**{name: value for name, value in exact.items() if value})
        if self.account:
            accounts = User.objects.filter(username__iexact=self.account)
            records = records.filter(user_id__in=accounts.values("pk"))
        if "." in self.action:
            records = records.filter(action=self.action)
        elif self.action:
            records = records.filter(action__startswith=f"{self.action}.")
        if self.day:
            start = timezone.make_aware(datetime.combine(self.day, time.min))
            records = records.filter(at__gte=start, at__lt=start + timedelta(days=1))
        return records

    def labels(self):
        labels = {
            "q": self.account and f"账号：{self.account}",
            "action": self.action and f"动作：{action_text(self.action)}",
            "object_type": self.object_type and f"对象：{kind_text(self.object_type)}",
            "object_id": self.object_id and f"对象编号：{self.object_id}",
            "on": self.day and f"日期：{self.day.isoformat()}",
        }
        return {name: label for name, label in labels.items() if label}


def _day(text):
    """A day of this century; a date input sends nothing else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year // 100 == CENTURY else None
