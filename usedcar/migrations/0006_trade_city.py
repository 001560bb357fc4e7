from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import F
from django.db.models.functions import Left


class Migration(migrations.Migration):
    """A city walks one index in the order of its list, and so do its counties; an enterprise finds rare kinds
    of trade without reading the trades."""

    atomic = False
    dependencies = [("usedcar", "0005_trade_indexes")]

    operations = [
        AddIndexConcurrently(
            "trade",
            models.Index(
                Left("division_code", 4),
                F("traded_on").desc(),
                F("id").desc(),
                F("division_code"),
                F("jurisdiction_code"),
                name="trade_city_list",
            ),
        ),
        RemoveIndexConcurrently("trade", "trade_division_list"),
        AddIndexConcurrently(
            "trade",
            models.Index(
                fields=["enterprise", "-traded_on", "-id", "trade_type"], name="trade_enterprise_kinds"
            ),
        ),
        RemoveIndexConcurrently("trade", "trade_enterprise_list"),
    ]
