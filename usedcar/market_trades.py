"""What the trades a market reported amount to in the cells of its monthly matrix: one question, set-based."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from django.db import connection

from autoflow.common.codes import code_rows
from reporting.figures import CENT
from reporting.periods import Period
from usedcar.matrix import AMOUNT, QTY, Cells

# A vehicle registered on 29 February completes its years on 1 March; 3, 7 or 10 later there is no 29th.
LEAP = "(to_char({registered}, 'MMDD') = '0229')::int"
AGE_BAND = f"""
        CASE
            WHEN {{traded}} <= ({{registered}} + interval '3 years')::date + {LEAP} THEN 'LE3'
            WHEN {{traded}} < ({{registered}} + interval '7 years')::date + {LEAP} THEN 'Y3_6'
            WHEN {{traded}} < ({{registered}} + interval '10 years')::date + {LEAP} THEN 'Y7_10'
            ELSE 'GE10'
        END
"""
GROUPS = f"""
    SELECT kind, trade_type, transfer_type, use_group, origin,
        {AGE_BAND.format(traded="traded_on", registered="first_registered_on")} AS age_band,
        is_nev, count(*), sum(price)
    FROM (
        SELECT trade.trade_type, trade.transfer_type, trade.origin, trade.price,
            trade.traded_on, trade.first_registered_on,
            CASE WHEN type.is_chosen AND trade.body_category <> '' THEN trade.body_category ELSE type.kind END
                AS kind,
            nature.use_group,
            fuel.is_nev = '1' OR fuel.is_nev = 'maybe' AND trade.plate_type = ANY(%(nev_plates)s) AS is_nev
        FROM usedcar_trade AS trade
        JOIN unnest(%(types)s::text[], %(kinds)s::text[], %(chosen)s::bool[]) AS type (code, kind, is_chosen)
            ON type.code = trade.vehicle_type
        JOIN unnest(%(natures)s::text[], %(use_groups)s::text[]) AS nature (code, use_group)
            ON nature.code = trade.use_nature
        JOIN unnest(%(fuels)s::text[], %(nev)s::text[]) AS fuel (code, is_nev) ON fuel.code = trade.fuel_type
        WHERE trade.enterprise_id = %(enterprise)s AND trade.status = 'REPORTED'
          AND trade.traded_on >= %(first)s AND trade.traded_on <= %(last)s
    ) AS trade
    GROUP BY 1, 2, 3, 4, 5, 6, 7
"""  # noqa: S608 -- every word of it is ours
NEV_PLATES = ["51", "52"]
YUAN_IN_WAN = 10_000


@dataclass
class TradesOfMonth:
    """The cells the trades give, and the new-energy vehicles among them; `count` of all trades."""

    count: int = 0
    cells: Cells = field(default_factory=dict)
    nev_qty: int = 0
    nev_amount: str = "0.00"


def trades_of_month(enterprise_id: int, month: Period) -> TradesOfMonth:
    """The trades an enterprise reported with a date of this month, added up by the cells of the matrix."""
    with connection.cursor() as cursor:
        cursor.execute(GROUPS, _parameters(enterprise_id, month))
        groups = cursor.fetchall()
    cells, prices = defaultdict(lambda: defaultdict(int)), defaultdict(Decimal)
    nev_qty, nev_price = 0, Decimal(0)
    for kind, trade_type, transfer_type, use_group, origin, age_band, is_nev, count, price in groups:
        columns = {
            "trade_type": trade_type,
            "transfer_type": transfer_type,
            "use_group": use_group,
            "origin": origin,
            "age_band": age_band,
        }
        for column in (QTY, *(f"{dimension}-{category}" for dimension, category in columns.items())):
            cells[kind][column] += count
        prices[kind] += price
        nev_qty, nev_price = nev_qty + count * is_nev, nev_price + price * is_nev
    return TradesOfMonth(
        count=sum(row[QTY] for row in cells.values()),
        cells={kind: {**row, AMOUNT: _wan(prices[kind])} for kind, row in cells.items()},
        nev_qty=nev_qty,
        nev_amount=_wan(nev_price),
    )


def _wan(price):
    return str((price / YUAN_IN_WAN).quantize(CENT, ROUND_HALF_UP))


def _parameters(enterprise_id, month):
    types, natures, fuels = code_rows("vehicle_types"), code_rows("use_natures"), code_rows("fuel_types")
    return {
        "enterprise": enterprise_id,
        "first": month.start,
        "last": month.last_day,
        "nev_plates": NEV_PLATES,
        "types": [row["code"] for row in types],
        "kinds": [row["report_category"] for row in types],
        "chosen": [row["needs_body_choice"] == "1" for row in types],
        "natures": [row["code"] for row in natures],
        "use_groups": [row["report_group"] for row in natures],
        "fuels": [row["code"] for row in fuels],
        "nev": [row["nev_plate"] for row in fuels],
    }
