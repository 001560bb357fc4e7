"""What earlier trades say about one: the chain of a vehicle's owners, and persons who sell too often."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from autoflow.common.checks import Finding, finding, invalid
from reporting import clock
from usedcar.enums import PartyKind, TradeStatus
from usedcar.models import Release, Trade
from usedcar.staging import party_key

RESALE = timedelta(days=7)
SALES_A_YEAR = 3
SAME_DEAL = "该车在同一交易日期卖给同一买方的交易已经填报，请勿重复。"
DEAL_FIELDS = (
    "vin",
    "traded_on",
    "dealer_direction",
    "original_purchased_on",
    "seller_party_kind",
    "seller_uscc",
    "seller_id_key",
    "buyer_party_kind",
    "buyer_uscc",
    "buyer_id_key",
)


@dataclass(frozen=True, slots=True)
class Deal:
    """Who sold a vehicle to whom and when; a party is its code or the fingerprint of its document."""

    vin: str
    traded_on: date
    dealer_direction: str
    purchased_on: date | None
    seller: bytes
    buyer: bytes
    is_by_person: bool


def to_deal(
    vin: str,
    traded_on: date,
    dealer_direction: str,
    purchased_on: date | None,
    seller_kind: str,
    seller_uscc: str,
    seller_key: bytes,
    buyer_kind: str,
    buyer_uscc: str,
    buyer_key: bytes,
) -> Deal:
    """A deal from the values of DEAL_FIELDS."""
    is_by_person = seller_kind == PartyKind.PERSON
    seller = bytes(seller_key) if is_by_person else seller_uscc.encode()
    buyer = bytes(buyer_key) if buyer_kind == PartyKind.PERSON else buyer_uscc.encode()
    return Deal(vin, traded_on, dealer_direction, purchased_on, seller, buyer, is_by_person)


def deal_of(row: Mapping[str, object]) -> Deal:
    """The deal of one normalised row, its parties known by their documents."""
    keys = {
        f"{party}_id_key": party_key(row[f"{party}_id_type"], row[f"{party}_id_number"])
        for party in ("seller", "buyer")
    }
    return to_deal(*({**row, **keys}[name] for name in DEAL_FIELDS))


def year_after(day: date) -> date:
    return date(day.year + 1, 3, 1) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)


class History:
    """The deals of some vehicles and sellers: reported ones, and those of a file that are about to be."""

    def __init__(self, besides: int | None = None):
        """`besides` is the trade that is being changed; it is no history of its own."""
        self.reported = Trade.objects.filter(status=TradeStatus.REPORTED).exclude(pk=besides)
        self.by_vin: dict[str, list[Deal]] = defaultdict(list)
        self.by_seller: dict[bytes, list[Deal]] = defaultdict(list)
        self.released: set[tuple[str, bytes]] = set()

    def learn_vehicles(self, vins: Collection[str]) -> None:
        """What the nation reported of these vehicles, by one query."""
        for values in self.reported.of_vehicles(vins).values_list(*DEAL_FIELDS):
            self.add(to_deal(*values))

    def learn_sellers(self, sellers: Collection[bytes], years: Collection[int]) -> None:
        """What these persons sold in some years, and how they came by the vehicles, by two queries."""
        sold = self.reported.sold_by(sellers).filter(
            seller_party_kind=PartyKind.PERSON,
            traded_on__gte=date(min(years), 1, 1),
            traded_on__lte=date(max(years), 12, 31),
        )
        if vins := set(sold.values_list("vin", flat=True)):
            self.learn_vehicles(vins)

    def learn_releases(self, enterprise_id: int) -> None:
        """The short sales the authority let this enterprise report, by one query."""
        released = Release.objects.open_for(enterprise_id, clock.now())
        self.released = {(vin, bytes(key)) for vin, key in released.values_list("vin", "seller_id_key")}

    def add(self, deal: Deal) -> None:
        self.by_vin[deal.vin].append(deal)
        if deal.is_by_person:
            self.by_seller[deal.seller].append(deal)

    def findings(self, deal: Deal) -> Iterator[Finding]:
        """T-060 to T-062, and the same deal under another invoice; the deal itself is not in the history."""
        others = self.by_vin.get(deal.vin, ())
        if any(other.traded_on == deal.traded_on and other.buyer == deal.buyer for other in others):
            yield invalid("vin", SAME_DEAL)
        elif any(is_quick_resale(other, deal) for other in others):
            yield finding("T-060", "vin")
        earlier = [other for other in others if other.traded_on <= deal.traded_on]
        last_day = max((other.traded_on for other in earlier), default=None)
        if earlier and deal.seller not in {other.buyer for other in earlier if other.traded_on == last_day}:
            yield finding("T-061", "seller_name")
        is_released = (deal.vin, deal.seller) in self.released
        if not is_released and self.is_short(deal) and self.sales_with(deal) >= SALES_A_YEAR:
            yield finding("T-062", "seller_name")

    def sales_with(self, deal: Deal) -> int:
        """How many vehicles held for less than a year the seller sold in the year of the deal."""
        sales = {(deal.vin, deal.traded_on)}
        for other in self.by_seller.get(deal.seller, ()):
            if other.traded_on.year == deal.traded_on.year and self.is_short(other):
                sales.add((other.vin, other.traded_on))
        return len(sales)

    def is_short(self, deal: Deal) -> bool:
        """A person sold what he had held for less than a year, counted from the trade he bought it by."""
        if not deal.is_by_person:
            return False
        bought = (
            other.traded_on
            for other in self.by_vin.get(deal.vin, ())
            if other.buyer == deal.seller and other.traded_on <= deal.traded_on
        )
        since = max(bought, default=deal.purchased_on)
        return since is not None and deal.traded_on < year_after(since)


def is_quick_resale(other: Deal, deal: Deal) -> bool:
    """The vehicle changed hands within a week, and not by a dealer who bought it and sells it on."""
    if abs(deal.traded_on - other.traded_on) > RESALE:
        return False
    bought, sold = sorted((other, deal), key=lambda one: one.traded_on)
    return (bought.dealer_direction, sold.dealer_direction) != ("BUY_IN", "SELL_OUT")


def history_findings(
    row: Mapping[str, object], enterprise_id: int, besides: int | None = None
) -> list[Finding]:
    """What history says about one normalised row, for the form."""
    deal = deal_of(row)
    history = History(besides)
    history.learn_vehicles([deal.vin])
    if history.is_short(deal):
        history.learn_sellers([deal.seller], [deal.traded_on.year])
        history.learn_releases(enterprise_id)
    return list(history.findings(deal))
