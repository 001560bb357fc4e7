"""The figures of 交易市场年报 as they are stored now; one column a figure of the table of fields."""

from django.db import models

from autoflow.common.codes import field_specs
from filing.columns import column
from reporting.models import Report

TABLE = "MARKET_ANNUAL"


class MarketYear(models.Model):
    """Absent figures are NULL: a draft may lack anything."""

    report = models.OneToOneField(Report, models.CASCADE, related_name="market_year")

    class Meta:
        verbose_name = verbose_name_plural = "交易市场年报内容"


for name in field_specs(TABLE):
    if name not in ("year", "variance_note"):
        MarketYear.add_to_class(name, column(TABLE, name))
