"""The lines of monthly reports, and the summary kept exact by every submission."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from catalog.models import Brand, Producer, VehicleModel
from newcar.annual_models import AnnualFigures  # noqa: F401 -- Django looks for it here
from newcar.lines import SPECS
from reporting.models import Report

FIGURES = {
    "sales_qty": "销售量",
    "retail_qty": "零售量",
    "wholesale_qty": "批发量",
    "closing_stock_qty": "期末库存量",
}


def _quantity(name):
    spec = SPECS[name]
    return models.IntegerField(spec.label, null=True, blank=True, help_text=spec.explain)


class MonthlyLine(models.Model):
    """What one supplier's brand, model and displacement did in a month."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="monthly_lines")
    number = models.PositiveIntegerField("行号")
    supplier_name = models.CharField("供应商", max_length=100)
    brand = models.ForeignKey(Brand, models.PROTECT, verbose_name="品牌")
    producer = models.ForeignKey(Producer, models.PROTECT, verbose_name="生产商")
    model = models.ForeignKey(VehicleModel, models.PROTECT, verbose_name="车型")
    displacement = models.DecimalField("排量", max_digits=4, decimal_places=1)
    opening_stock_qty = _quantity("opening_stock_qty")
    purchase_qty = _quantity("purchase_qty")
    sales_qty = _quantity("sales_qty")
    retail_person_qty = _quantity("retail_person_qty")
    retail_org_qty = _quantity("retail_org_qty")
    wholesale_qty = _quantity("wholesale_qty")
    stock_adjust_qty = _quantity("stock_adjust_qty")
    closing_stock_qty = _quantity("closing_stock_qty")
    sales_amount = models.DecimalField(
        "本月销售额", max_digits=16, decimal_places=2, null=True, blank=True, help_text="万元"
    )
    trade_in_qty = _quantity("trade_in_qty")
    financed_qty = _quantity("financed_qty")
    line_note = models.CharField("行备注", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "汽车销售月报明细"
        ordering = ["number"]
        constraints = [
            UniqueConstraint(fields=["report", "number"], name="monthlyline_number_unique"),
        ]


class MonthlySummary(models.Model):
    """What counts of one month in one county by brand, producer and kind of energy; the sum of the last
    submissions, neither more nor less.
    """

    period = models.DateField("报告期")
    jurisdiction_code = models.CharField("受理机构", max_length=6, db_collation="C")
    division_code = models.CharField("所在地区", max_length=6, db_collation="C")
    brand = models.ForeignKey(Brand, models.PROTECT, verbose_name="品牌")
    producer = models.ForeignKey(Producer, models.PROTECT, verbose_name="生产商")
    report_category = models.CharField("车辆类别", max_length=12, db_collation="C")
    energy_type = models.CharField("能源类型", max_length=6, db_collation="C")
    line_count = models.BigIntegerField("行数", default=0)
    sales_qty = models.BigIntegerField("销售量", default=0)
    retail_qty = models.BigIntegerField("零售量", default=0)
    wholesale_qty = models.BigIntegerField("批发量", default=0)
    closing_stock_qty = models.BigIntegerField("期末库存量", default=0)
    sales_amount = models.DecimalField("销售额（万元）", max_digits=20, decimal_places=2, default=0)

    class Meta:
        verbose_name = verbose_name_plural = "汽车销售月度汇总"
        constraints = [
            UniqueConstraint(
                fields=[
                    "period",
                    "jurisdiction_code",
                    "division_code",
                    "brand",
                    "producer",
                    "report_category",
                    "energy_type",
                ],
                name="monthlysummary_unique",
            ),
            CheckConstraint(
                name="monthlysummary_not_negative",
                condition=Q(line_count__gte=0, sales_qty__gte=0),
                violation_error_message="汇总不能为负，请重新核算。",
            ),
        ]
