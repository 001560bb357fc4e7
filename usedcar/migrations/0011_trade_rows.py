from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import F
from django.db.models.functions import Left


class Migration(migrations.Migration):
    """A city's rows are counted in the index alone; an enterprise finds rare kinds without reading trades."""

    atomic = False
    dependencies = [("usedcar", "0010_import_results")]

    operations = [
        RemoveIndexConcurrently("trade", "trade_city_list"),
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
        AddIndexConcurrently(
            "trade",
            models.Index(
                fields=["enterprise", "-traded_on", "-id", "trade_type"], name="trade_enterprise_kinds"
            ),
        ),
        RemoveIndexConcurrently("trade", "trade_enterprise_list"),
    ]
