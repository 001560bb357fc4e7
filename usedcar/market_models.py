"""What markets report of a month, and the summary kept exact by every submission."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from filing.columns import column
from reporting.models import Report


class MarketMonth(models.Model):
    """The content of one monthly market report as it is stored now; cells as usedcar.matrix names them."""

    report = models.OneToOneField(Report, models.CASCADE, related_name="market_month")
    cells = models.JSONField("矩阵", default=dict)
    filled_at = models.DateTimeField("按交易信息汇总的时间", null=True, blank=True)
    nev_qty = column("MARKET_MONTHLY", "nev_qty")
    nev_amount = column("MARKET_MONTHLY", "nev_amount")
    resident_merchant_count = column("MARKET_MONTHLY", "resident_merchant_count")

    class Meta:
        verbose_name = verbose_name_plural = "交易市场月报内容"


class MarketSummary(models.Model):
    """What counts of one month in one county, cell by cell; the sum of the last submissions, neither more
    nor less. The figures of the header stand in the row TOTAL.
    """

    period = models.DateField("报告期")
    jurisdiction_code = models.CharField("受理机构", max_length=6, db_collation="C")
    division_code = models.CharField("所在地区", max_length=6, db_collation="C")
    row_code = models.CharField("车辆类型", max_length=12, db_collation="C")
    column = models.CharField("栏目", max_length=40, db_collation="C")
    value = models.DecimalField("数值", max_digits=20, decimal_places=2, default=0)

    class Meta:
        verbose_name = verbose_name_plural = "交易市场月度汇总"
        constraints = [
            UniqueConstraint(
                fields=["period", "jurisdiction_code", "division_code", "row_code", "column"],
                name="marketsummary_unique",
            ),
            CheckConstraint(
                name="marketsummary_not_negative",
                condition=Q(value__gte=0),
                violation_error_message="汇总不能为负，请重新核算。",
            ),
        ]
