"""Keyset pages: a list is cut by the key of the last row seen, never by counting rows from the start."""

import base64
import binascii
import json
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, F, IntegerField, Q
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

PAGE_SIZE = 20
COUNT_CAP = 10_000


@dataclass
class Page:
    """One page of a list: its rows, the addresses of its neighbours and a count that never costs a full
    scan.
    """

    rows: list
    previous_url: str = ""
    next_url: str = ""
    count: int = 0
    query: dict = field(default_factory=dict)

    @property
    def count_text(self):
        if self.count > COUNT_CAP:
            return f"共 {COUNT_CAP:,}+ 条"
        return f"共 {self.count:,} 条"


def _encode(values):
    plain = [value.isoformat() if isinstance(value, date | datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def _decode(text, fields):
    """The key in the address, or None when there is none or it was tampered with: the list then starts
    anew.
    """
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error):
        return None
    if not isinstance(values, list) or len(values) != len(fields):
        return None
    kinds = [_kind(field) for field in fields]
    return values if all(type(value) is kind for value, kind in zip(values, kinds, strict=True)) else None


def _kind(field):
    """What a value of the field is in the address."""
    if isinstance(field, BooleanField):
        return bool
    return int if isinstance(field, IntegerField) else str


def keyset_page(queryset, *, keys, request, size=PAGE_SIZE, ascending=False, count=None):
    """The page of `queryset` the request asks for, newest first by `keys` (field names; the last one unique);
    ascending: oldest first; `count` where the page knows it already.

    The address carries `after` or `before` with the keys of the neighbouring row; filters stay as they are.
    """
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    cursor = _decode(after or before, [queryset.model._meta.get_field(key) for key in keys])
    backwards = bool(before) and not after and cursor is not None
    upwards = ascending != backwards
    rows = queryset.order_by(*_order(keys, upwards))
    try:
        if cursor is not None:
            rows = rows.filter(beyond(keys, cursor, "gt" if upwards else "lt"))
        found = list(rows[: size + 1])
    except (ValueError, TypeError, ValidationError):
        cursor, backwards = None, False
        found = list(queryset.order_by(*_order(keys, ascending))[: size + 1])
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    filters = {name: value for name, value in request.GET.items() if name not in {"after", "before"}}
    if count is None:
        count = queryset.order_by().values("pk")[: COUNT_CAP + 1].count()
    page = Page(rows=found, count=count, query=filters)
    if found and (more or backwards):
        page.next_url = "?" + urlencode({**filters, "after": _encode(_key(found[-1], keys))})
    if found and ((backwards and more) or (not backwards and cursor is not None)):
        page.previous_url = "?" + urlencode({**filters, "before": _encode(_key(found[0], keys))})
    return page


def _order(keys, upwards):
    return [key if upwards else f"-{key}" for key in keys]


def _key(row, keys):
    return [getattr(row, key) for key in keys]


def beyond(keys, values, comparison):
    """Rows beyond the cursor: (a, b) < (x, y) as one comparison of rows, which an index in this order
    starts at.
    """
    compare = {"lt": TupleLessThan, "gt": TupleGreaterThan}[comparison]
    if len(keys) == 1:
        return Q(**{f"{keys[0]}__{comparison}": values[0]})
    return compare(Tuple(*map(F, keys)), tuple(values))
