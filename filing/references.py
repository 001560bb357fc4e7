"""What filings hold of the catalogue: how often an entry is used, and drafts that follow a merge."""

from django.db.models import Count, F

from catalog.enums import CatalogKind
from catalog.hooks import count_usage, on_merged
from filing.enums import EDITABLE
from filing.models import AuthorizationLine, BrandLine

LINE_KEYS = {
    BrandLine: ("filing", "brand", "producer", "authorization_type", "supplier_name"),
    AuthorizationLine: ("filing", "brand", "grantee_uscc", "grantee_role"),
}


def register():
    """Called once when the app is ready."""
    count_usage(CatalogKind.BRAND, "备案品牌行", lambda ids: _counts(BrandLine, "brand", ids))
    count_usage(CatalogKind.BRAND, "授权情况", lambda ids: _counts(AuthorizationLine, "brand", ids))
    count_usage(CatalogKind.PRODUCER, "备案品牌行", lambda ids: _counts(BrandLine, "producer", ids))
    count_usage(CatalogKind.LINK, "备案品牌行", _counts_of_links)
    on_merged(follow_merge)


def _counts(model, column, ids):
    rows = model.objects.filter(**{f"{column}__in": ids}).order_by()
    return dict(rows.values_list(column).annotate(Count("pk")))


def _counts_of_links(ids):
    rows = BrandLine.objects.filter(brand__links__in=ids, brand__links__producer=F("producer")).order_by()
    return dict(rows.values_list("brand__links").annotate(Count("pk")))


def follow_merge(entry, kept, by):
    """Drafts name the kept entry from now on, in what they sell and in what they grant; versions handed in
    stay as they were confirmed. A draft that names both keeps its lines.
    """
    column = entry.KIND.value
    for model, key in LINE_KEYS.items():
        if column not in key:
            continue
        lines = model.objects.filter(**{column: entry}, filing__status__in=EDITABLE)
        for line in lines.select_for_update(of=("self",)).order_by("pk"):
            setattr(line, column, kept)
            same = {name: getattr(line, f"{name}_id", None) or getattr(line, name) for name in key}
            if not model.objects.filter(**same).exists():
                line.save(update_fields=[column])
