"""The trades behind one cell of the monthly market matrix: the same classes as its sums, as a condition."""

import re
from dataclasses import dataclass

from django.db.models import CharField, F, Func, Q

from autoflow.common.codes import code_rows
from usedcar.enums import TradeStatus
from usedcar.market_trades import AGE_BAND, NEV_PLATES
from usedcar.matrix import AMOUNT, KINDS, LABELS, QTY, TOTAL, column_label

NEV = "nev"
CELL = re.compile(r"([A-Z]+)\.([a-z_]+(?:-\w+)?)", re.ASCII)


class AgeBand(Func):
    """The band of years of use, as the sums reckon it."""

    output_field = CharField()

    def __init__(self):
        super().__init__(F("traded_on"), F("first_registered_on"))

    def as_sql(self, compiler, connection, **context):
        traded, registered = (compiler.compile(one)[0] for one in self.source_expressions)
        return AGE_BAND.format(traded=traded, registered=registered), []


@dataclass(frozen=True)
class CellChoice:
    """A row and a column of the matrix; written SEDAN.transfer_type-CROSS_PROVINCE, TOTAL.qty, TOTAL.nev."""

    row: str
    column: str

    @classmethod
    def parse(cls, text: str) -> "CellChoice | None":
        """The cell an address names; None for anything else."""
        found = CELL.fullmatch(text)
        if not found or found[1] not in {TOTAL, *KINDS} or found[2] not in {NEV, *LABELS}:
            return None
        return cls(*found.groups())

    def __str__(self):
        return f"{self.row}.{self.column}"

    @property
    def label(self):
        kind = KINDS[self.row].label if self.row in KINDS else "全部车辆类型"
        if self.column in (AMOUNT, QTY):
            return kind
        return f"{kind}，{'新能源汽车' if self.column == NEV else column_label(self.column)}"

    def of(self, trades):
        """The trades this cell counts."""
        found = trades.filter(status=TradeStatus.REPORTED)
        if self.row != TOTAL:
            found = found.filter(_of_kind(self.row))
        dimension, _, category = self.column.partition("-")
        match dimension:
            case "amount" | "qty":
                return found
            case "nev":
                return found.filter(_is_nev())
            case "use_group":
                natures = [row["code"] for row in code_rows("use_natures") if row["report_group"] == category]
                return found.filter(use_nature__in=natures)
            case "age_band":
                return found.alias(age_band=AgeBand()).filter(age_band=category)
        return found.filter(**{dimension: category})


def _of_kind(kind):
    """By the type of the vehicle; where that does not tell, by the body that was chosen."""
    types = code_rows("vehicle_types")
    fixed = [row["code"] for row in types if row["report_category"] == kind]
    chosen = [row["code"] for row in types if row["needs_body_choice"] == "1"]
    by_type = Q(vehicle_type__in=fixed) & (~Q(vehicle_type__in=chosen) | Q(body_category=""))
    return by_type | Q(vehicle_type__in=chosen, body_category=kind)


def _is_nev():
    by_fuel = {
        word: [row["code"] for row in code_rows("fuel_types") if row["nev_plate"] == word]
        for word in ("1", "maybe")
    }
    return Q(fuel_type__in=by_fuel["1"]) | Q(fuel_type__in=by_fuel["maybe"], plate_type__in=NEV_PLATES)
