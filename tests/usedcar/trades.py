"""How tests report trades: a reporter, a sound row as a browser posts it, a person with a number."""

from filing.models import Enterprise
from reporting import clock
from tests.factories import FilingFactory, resident_id_of
from usedcar.columns import form_specs
from usedcar.deadlines import locks_at

MARKER = resident_id_of(77)


def reporter_of(kind="B1", **traits):
    filing = FilingFactory(confirmed=True, **traits)
    Enterprise.objects.filter(pk=filing.enterprise_id).update(types=[kind])
    return Enterprise.objects.get(pk=filing.enterprise_id)


def typed(row, **changes):
    """A row as a browser posts it: nothing for what is empty, 1 and 0 for yes and no."""
    posted = {name: row.get(name, "") for name in [*form_specs(), "market_uscc"]} | changes
    return {name: text_of(value) for name, value in posted.items()}


def text_of(value):
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else str(value)


def person(prefix, number=MARKER, **changes):
    values = {
        "party_kind": "PERSON",
        "name": "欧阳试",
        "uscc": "",
        "nationality": "CN",
        "ethnic_group": "01",
        "id_type": "RESIDENT_ID",
        "id_number": number,
        **changes,
    }
    return {f"{prefix}_{name}": value for name, value in values.items()}


def after_lock(trade):
    return clock.stopped_at(locks_at(trade.traded_on))
