"""The content of a fifth report form, for tests alone."""

from django.db import models

from reporting.models import Report


class Appraisals(models.Model):
    """How many vehicles an appraiser judged in a quarter."""

    report = models.OneToOneField(Report, models.CASCADE, related_name="appraisals")
    count = models.PositiveIntegerField("评估数量")
    fees = models.DecimalField("评估收入", max_digits=16, decimal_places=2)
