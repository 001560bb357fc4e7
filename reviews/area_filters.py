"""Filters of the lists of enterprises and of accounts, as they stand in the address."""

from accounts.enums import Role
from accounts.officers import GRANTABLE
from autoflow.common.codes import choices, name_of
from autoflow.common.requests import chosen_text
from filing.enums import FilingStatus
from reviews.filters import Filter
from reviews.places import filter_places

ACTIVE = {"1": "启用", "0": "停用"}


class EnterpriseFilter(Filter):
    """Name or credit code, state, type and place within the area."""

    status_choices = FilingStatus.choices
    type_choices = choices("enterprise_types")

    def __init__(self, query, user):
        super().__init__(query)
        self.place_choices = filter_places(user)
        self.is_national = user.role == Role.NATION
        self.text = chosen_text(query, "q")
        self.status = self._one_of("status", FilingStatus.values)
        self.type = self._one_of("type", dict(self.type_choices))
        self.place = self._one_of("place", dict(self.place_choices))

    def apply(self, enterprises):
        enterprises = enterprises.search(self.text)
        if self.status:
            enterprises = enterprises.filter(status=self.status)
        if self.type:
            enterprises = enterprises.filter(types__contains=[self.type])
        if self.place and self.is_national:
            enterprises = enterprises.filter(jurisdiction_code=self.place)
        elif self.place:
            enterprises = enterprises.filter(division_code__startswith=self.place.removesuffix("00"))
        return enterprises

    def labels(self):
        labels = {
            "q": self.text and f"查询：{self.text}",
            "status": self.status and f"状态：{FilingStatus(self.status).label}",
            "type": self.type and f"类型：{name_of('enterprise_types', self.type)}",
            "place": self.place and f"地区：{dict(self.place_choices)[self.place]}",
        }
        return {name: label for name, label in labels.items() if label}


class AccountFilter(Filter):
    """Account, name or body, role, and whether it is switched on."""

    active_choices = list(ACTIVE.items())

    def __init__(self, query, user):
        super().__init__(query)
        self.role_choices = [(role.value, role.label) for role in GRANTABLE.get(user.role, ())]
        self.text = chosen_text(query, "q")
        self.role = self._one_of("role", dict(self.role_choices))
        self.active = self._one_of("active", ACTIVE)

    def apply(self, accounts):
        if self.text:
            accounts = accounts.search(self.text)
        if self.role:
            accounts = accounts.filter(role=self.role)
        if self.active:
            accounts = accounts.filter(is_active=self.active == "1")
        return accounts

    def labels(self):
        labels = {
            "q": self.text and f"查询：{self.text}",
            "role": self.role and f"角色：{Role(self.role).label}",
            "active": self.active and f"状态：{ACTIVE[self.active]}",
        }
        return {name: label for name, label in labels.items() if label}
