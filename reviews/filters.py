"""Filters of the lists, as they stand in the address; what cannot be understood filters nothing."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.models import Division, Jurisdiction, User
from autoflow.common.codes import choices, name_of
from autoflow.common.requests import chosen_text
from autoflow.common.workdays import workdays_ago
from filing.enums import FilingStatus
from reviews.audit_words import OBJECT_KINDS, SUBJECTS, action_text, kind_text

CENTURY = 20
CODE_LENGTH = 6
AGES = (1, 3, 5, 10)
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
    """Place, state, enterprise type, age, who has it in hand, and name or credit code."""

    status_choices = [(status.value, status.label) for status in LISTED]
    type_choices = choices("enterprise_types")
    age_choices = [(str(days), f"{days} 个工作日及以上") for days in AGES]
    holder_choices = [("none", "没有人在办"), ("me", "我正在办理"), ("others", "同事正在办理")]

    def __init__(self, query, user):
        super().__init__(query)
        self.user = user
        self.text = chosen_text(query, "q")
        self.status = self._one_of("status", FilingStatus.values)
        self.type = self._one_of("type", dict(self.type_choices))
        self.age = self._one_of("age", dict(self.age_choices))
        self.holder = self._one_of("holder", dict(self.holder_choices))
        self.place = Place(user, query.get("division", ""))

    def apply(self, filings):
        filings = filings.search(self.text)
        if self.status:
            filings = filings.filter(status=self.status)
        if self.type:
            filings = filings.filter(enterprise_types__contains=[self.type])
        if self.place.prefix:
            filings = filings.filter(division_code__startswith=self.place.prefix)
        if self.age:
            since = workdays_ago(timezone.now(), int(self.age))
            filings = filings.awaiting().filter(submitted_at__lt=since)
        return self._by_holder(filings)

    def _by_holder(self, filings):
        match self.holder:
            case "me":
                return filings.awaiting().in_hand_of(self.user)
            case "others":
                return filings.awaiting().in_other_hands(self.user)
            case "none":
                return filings.awaiting().in_no_hands()
        return filings

    def labels(self):
        labels = {
            "q": self.text and f"查询：{self.text}",
            "division": self.place.name and f"地区：{self.place.name}",
            "status": self.status and f"状态：{FilingStatus(self.status).label}",
            "type": self.type and f"类型：{name_of('enterprise_types', self.type)}",
            "age": self.age and f"已等待：{dict(self.age_choices)[self.age]}",
            "holder": self.holder and f"办理人：{dict(self.holder_choices)[self.holder]}",
        }
        return {name: label for name, label in labels.items() if label}


class Place:
    """A division below the officer's own, chosen level by level: the list offers what lies below the one
    chosen, or beside it where nothing does.
    """

    def __init__(self, user, code):
        own = user.division_id or ""
        found = self._find(own, code)
        self.code = found.pk if found else ""
        self.name = found.full_name if found else ""
        self.prefix = prefix_of(self.code)
        divisions = (
            self._below(user, self.code or own) or (found and self._below(user, found.parent_id)) or []
        )
        self.choices = [(division.pk, division.name) for division in divisions]
        if self.code and self.code not in dict(self.choices):
            self.choices.insert(0, (self.code, f"{found.name}（全部）"))

    @staticmethod
    def _find(own, code):
        is_below = code.isdigit() and len(code) == CODE_LENGTH and code.startswith(prefix_of(own))
        return Division.objects.filter(pk=code).first() if is_below and code != own else None

    @staticmethod
    def _below(user, code):
        divisions = Division.objects.children_of(code or "")
        if user.jurisdiction_id:
            elsewhere = Jurisdiction.objects.exclude(pk=user.jurisdiction_id)
            divisions = divisions.exclude(pk__in=elsewhere.values("code"))
        return list(divisions)


def prefix_of(code):
    """330000 → 33, 330100 → 3301, 330106 as it is."""
    while code.endswith("00"):
        code = code[:-2]
    return code


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
        own = Q(brand=self.brand) | Q(brand__merged_into=self.brand)
        return lines.filter(own) if self.brand else lines

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
