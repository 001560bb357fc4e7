"""What a version says, as plain values: the one source of its checks and of its frozen hash."""

import hashlib
import json
from datetime import timedelta

from django.utils import timezone

from filing.models import AuthorizationLine, BrandLine, Filing, Resident
from filing.sections import FIELDS, IMAGES

ROW_MODELS = {"brand_lines": BrandLine, "authorization_lines": AuthorizationLine, "residents": Resident}
ROW_COLUMNS = {
    name: tuple(field.attname for field in model._meta.concrete_fields if field.name not in {"id", "filing"})
    for name, model in ROW_MODELS.items()
}
LICENCE_FIELDS = (
    *("enterprise_name", "legal_representative", "registered_capital", "capital_currency"),
    *("registration_category", "licence_valid_until", "registration_authority", "business_scope"),
    "registered_address",
)
IMAGE_FACTS = ("sha256", "width", "height", "sharpness")


def row_values(name, row):
    return {column: getattr(row, column) for column in ROW_COLUMNS[name]}


def kept_values(name, row):
    """A row as the next version takes it over: under the entries its own were merged into since."""
    values = row_values(name, row)
    for column in values.keys() & {"brand_id", "producer_id"}:
        entry = getattr(row, column.removesuffix("_id"))
        values[column] = entry.merged_into_id or entry.pk
    return values


def _image_facts(image):
    return {fact: getattr(image, fact) for fact in IMAGE_FACTS} if image else None


def content_of(filing):
    """Every field by identifier, images by hash and size, sub-tables as lists of rows."""
    content = {name: getattr(filing, name) for name in FIELDS if name not in IMAGES}
    content |= {name: _image_facts(getattr(filing, name)) for name in IMAGES}
    for name in ROW_MODELS:
        rows = getattr(filing, name).all() if filing.pk else ()
        content[name] = [row_values(name, row) for row in rows]
    return content


def licence_changes(filing):
    """What the licence says differently from the filing in force, each with the day it did so at the latest:
    when this version was begun, or the day after the old licence ended.
    """
    if not filing.is_change or filing.is_in_force:
        return {}
    in_force = Filing.objects.get(enterprise=filing.enterprise_id, is_in_force=True)
    begun = timezone.localdate(filing.created_at)
    changed = [name for name in LICENCE_FIELDS if getattr(filing, name) != getattr(in_force, name)]
    ended = in_force.licence_valid_until
    if "licence_valid_until" in changed and ended and ended < begun:
        return dict.fromkeys(changed, begun) | {"licence_valid_until": ended + timedelta(days=1)}
    return dict.fromkeys(changed, begun)


def digest(content):
    """The hash that names what the authority saw; any difference in a field, row or image changes it."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()
