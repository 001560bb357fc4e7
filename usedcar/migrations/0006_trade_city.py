from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import F
from django.db.models.functions import Left


class Migration(migrations.Migration):
    """A city walks one index in the order of its list, and so do its counties."""

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
                name="trade_city_list",
            ),
        ),
        RemoveIndexConcurrently("trade", "trade_division_list"),
    ]
