"""The filters of the list of trades as they stand in the address; what cannot be understood filters
nothing.
"""

import re
from datetime import date

from django.db.models import Q
from django.db.models.functions import Right

from autoflow.common.text import hidden_character, normalise, normalise_number

VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
TAIL = re.compile(r"[A-HJ-NPR-Z0-9]{6,8}")
DIGITS = re.compile(r"\d{8}|\d{20}", re.ASCII)
MONTH = re.compile(r"((?:19|20)\d{2})-(0[1-9]|1[0-2])", re.ASCII)
BATCH = re.compile(r"[1-9]\d{0,17}", re.ASCII)


class TradeFilter:
    """One search box that knows a VIN, its tail, a plate, an invoice number or, in one's own list, a name."""

    def __init__(self, query, *, by_name):
        text = normalise(query.get("q", ""))[:60]
        self.text = "" if hidden_character(text) else text
        self.month = query.get("month", "") if MONTH.fullmatch(query.get("month", "")) else ""
        self.batch = int(query["batch"]) if BATCH.fullmatch(query.get("batch", "")) else None
        self.by_name = by_name
        self.query = query

    @property
    def chips(self):
        labels = {"q": self.text and f"搜索：{self.text}", "month": self.month and f"交易月份：{self.month}"}
        labels["batch"] = self.batch and f"导入批次：{self.batch}"
        return [{"label": label, "url": self._without(name)} for name, label in labels.items() if label]

    def _without(self, name):
        query = self.query.copy()
        for gone in (name, "after", "before"):
            query.pop(gone, None)
        return f"?{query.urlencode()}"

    def apply(self, trades):
        if self.text:
            trades = trades.annotate(vin_tail=Right("vin", 6)).filter(self._search())
        if self.month:
            year, month = map(int, MONTH.fullmatch(self.month).groups())
            following = date(year + month // 12, month % 12 + 1, 1)
            trades = trades.filter(traded_on__gte=date(year, month, 1), traded_on__lt=following)
        if self.batch:
            trades = trades.filter(batch_id=self.batch)
        return trades

    def _search(self):
        number = normalise_number(self.text)
        if VIN.fullmatch(number):
            return Q(vin=number)
        found = Q(plate_no=number)
        if TAIL.fullmatch(number):
            found |= Q(vin_tail=number[-6:], vin__endswith=number)
        if DIGITS.fullmatch(number):
            found |= Q(invoice_number=number)
        if self.by_name:
            found |= Q(buyer_name__contains=self.text) | Q(seller_name__contains=self.text)
        return found
