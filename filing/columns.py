"""Columns of a filing as the table of fields describes them: label, length, decimals, codes and help are
loaded, not retyped.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from autoflow.common.codes import choices, field_spec

LONG_TEXT = 500


def column(form, identifier):
    """The column for one field of the table. Drafts may lack anything, so every column may be empty;
    submission asks for more.
    """
    spec = field_spec(form, identifier)
    texts = {"verbose_name": spec.label, "help_text": spec.explain}
    match spec.kind:
        case "text" if spec.max_length > LONG_TEXT:
            return models.TextField(max_length=spec.max_length, blank=True, default="", **texts)
        case "text":
            return models.CharField(max_length=spec.max_length, blank=True, default="", **texts)
        case "code":
            listed = choices(spec.code_list)
            return models.CharField(max_length=16, choices=listed, blank=True, default="", **texts)
        case "codes":
            listed = choices(spec.code_list)
            return ArrayField(
                models.CharField(max_length=16, choices=listed), blank=True, default=list, **texts
            )
        case "decimal":
            size = {"max_digits": spec.max_digits, "decimal_places": spec.decimals}
            return models.DecimalField(null=True, blank=True, **size, **texts)
        case "int":
            return models.PositiveIntegerField(null=True, blank=True, **texts)
        case "bool":
            return models.BooleanField(null=True, blank=True, **texts)
        case "date":
            return models.DateField(null=True, blank=True, **texts)
    raise ValueError(f"{form}.{identifier}: no column for kind {spec.kind}")
