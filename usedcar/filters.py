"""The filters of the list of trades as they stand in the address; what cannot be understood filters
nothing.
"""

import re
from datetime import date
from urllib.parse import urlencode

from django.db.models import Q
from django.db.models.functions import Reverse

from autoflow.common.codes import choices, code_rows, name_of
from autoflow.common.crypto import blind_index
from autoflow.common.identifiers import ID_PATTERNS, matching_id_number, plate_pattern
from autoflow.common.text import hidden_character, normalise, normalise_number
from filing.models import Enterprise
from usedcar.enums import TradeStatus
from usedcar.market_cells import CellChoice

VIN = re.compile(r"(?=.*[A-Z])[A-HJ-NPR-Z0-9]{17}")
TAIL = re.compile(r"[A-HJ-NPR-Z0-9]{6,8}")
DIGITS = re.compile(r"\d{8}|\d{20}", re.ASCII)
PRIVATE_DIGITS = re.compile(r"\d{9,19}[\dX]", re.ASCII)
MONTH = re.compile(r"((?:19|20)\d{2})-(0[1-9]|1[0-2])", re.ASCII)
BATCH = re.compile(r"[1-9]\d{0,17}", re.ASCII)
SOURCES = {"IMPORT": "批量导入", "FORM": "逐笔填报"}


def keys_of_number(text):
    """The fingerprints a document of this number may have, by every kind it fits."""
    number = normalise_number(text)
    kinds = [row["code"] for row in code_rows("id_document_types")]
    fitting = [kind for kind in kinds if kind in ID_PATTERNS and ID_PATTERNS[kind].fullmatch(number)]
    return list({blind_index(kind, matching_id_number(kind, number)) for kind in fitting})


def is_private(text):
    """Whether text may be the number of a person's document or phone: such text never enters an address."""
    number = normalise_number(text)
    if VIN.fullmatch(number) or TAIL.fullmatch(number) or DIGITS.fullmatch(number) or plate_pattern(number):
        return False
    return bool(PRIVATE_DIGITS.fullmatch(number) or keys_of_number(text))


def _enterprise(text, user):
    """The enterprise an address names, where the person may know of it."""
    if user is None or not BATCH.fullmatch(text):
        return None
    return Enterprise.objects.visible_to(user).filter(pk=int(text)).first()


class TradeFilter:
    """One search box that knows a VIN, its tail, a plate, an invoice number or, in one's own list, how a
    name begins.
    """

    def __init__(self, query, *, by_name, user=None):
        text = normalise(query.get("q", ""))[:60]
        self.text = "" if hidden_character(text) or is_private(text) else text
        self.month = query.get("month", "") if MONTH.fullmatch(query.get("month", "")) else ""
        self.batch = int(query["batch"]) if BATCH.fullmatch(query.get("batch", "")) else None
        self.kind = query.get("type", "") if query.get("type", "") in dict(choices("trade_type")) else ""
        self.status = query.get("status", "") if query.get("status", "") in TradeStatus.values else ""
        self.source = query.get("source", "") if query.get("source", "") in SOURCES else ""
        self.cell = CellChoice.parse(query.get("cell", "")[:60])
        self.market = _enterprise(query.get("market", ""), user)
        self.by_name = by_name

    @property
    def chosen(self):
        """What filters, by its name in the address: the value and its words."""
        found = {
            "q": (self.text, f"搜索：{self.text}"),
            "month": (self.month, f"交易月份：{self.month}"),
            "type": (self.kind, f"交易类型：{name_of('trade_type', self.kind)}"),
            "status": (self.status, f"状态：{TradeStatus(self.status).label if self.status else ''}"),
            "source": (self.source, f"来源：{SOURCES.get(self.source)}"),
            "batch": (self.batch, f"导入批次：{self.batch}"),
            "market": (self.market and self.market.pk, f"企业：{self.market}"),
            "cell": (self.cell, f"月报栏目：{self.cell and self.cell.label}"),
        }
        return {name: pair for name, pair in found.items() if pair[0]}

    @property
    def address(self):
        return self._address()

    @property
    def words(self):
        return "；".join(words for _, words in self.chosen.values()) or "全部"

    @property
    def chips(self):
        return [{"label": words, "url": self._address(name)} for name, (_, words) in self.chosen.items()]

    @property
    def selects(self):
        """The lists to choose from beside the search box."""
        return [
            {"name": "type", "label": "交易类型", "value": self.kind, "options": choices("trade_type")},
            {"name": "status", "label": "状态", "value": self.status, "options": TradeStatus.choices},
            {"name": "source", "label": "来源", "value": self.source, "options": [*SOURCES.items()]},
        ]

    def _address(self, without=""):
        left = {name: value for name, (value, _) in self.chosen.items() if name != without}
        return f"?{urlencode(left)}"

    @property
    def needs_month(self):
        """A kind or a source may be rare; over a whole area it is looked for in one month."""
        is_narrow = self.text or self.month or self.batch or self.by_name
        return bool(self.kind or self.source) and not is_narrow

    def apply(self, trades):
        if self.needs_month:
            return trades.none()
        if self.text:
            trades = trades.alias(vin_reversed=Reverse("vin")).filter(self._search())
        if self.month:
            year, month = map(int, MONTH.fullmatch(self.month).groups())
            following = date(year + month // 12, month % 12 + 1, 1)
            trades = trades.filter(traded_on__gte=date(year, month, 1), traded_on__lt=following)
        if self.batch:
            trades = trades.filter(batch_id=self.batch)
        if self.market:
            trades = trades.filter(enterprise=self.market)
        if self.cell:
            trades = self.cell.of(trades)
        if self.kind:
            trades = trades.filter(trade_type=self.kind)
        if self.status:
            trades = trades.filter(status=self.status)
        if self.source:
            trades = trades.filter(batch__isnull=self.source == "FORM")
        return trades

    def _search(self):
        """By what the text looks like, so that one index answers; names only where nothing else fits."""
        number = normalise_number(self.text)
        if VIN.fullmatch(number):
            return Q(vin_reversed=number[::-1])
        if plate_pattern(number):
            return Q(plate_no=number)
        found = Q(pk__in=[])
        if TAIL.fullmatch(number):
            found |= Q(vin_reversed__startswith=number[::-1])
        if DIGITS.fullmatch(number):
            found |= Q(invoice_number=number)
        if self.by_name and not found.children[1:]:
            found |= Q(buyer_name__startswith=self.text) | Q(seller_name__startswith=self.text)
        return found
