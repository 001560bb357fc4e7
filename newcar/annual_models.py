"""The figures of 汽车销售年报 as they are stored now; one column a figure of the table of fields."""

from django.db import models

from autoflow.common.codes import field_specs
from filing.columns import column
from reporting.models import Report

TABLE = "ANNUAL_NEWCAR"


class AnnualFigures(models.Model):
    """Absent figures are NULL: a draft may lack anything."""

    report = models.OneToOneField(Report, models.CASCADE, related_name="newcar_annual")

    class Meta:
        verbose_name = verbose_name_plural = "汽车销售年报内容"


for name in field_specs(TABLE):
    if name not in ("year", "variance_note"):
        AnnualFigures.add_to_class(name, column(TABLE, name))
