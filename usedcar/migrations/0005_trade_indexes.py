from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Reverse


class Migration(migrations.Migration):
    """One index on vehicles and one on sellers in place of two each."""

    atomic = False
    dependencies = [("usedcar", "0004_market_reports")]

    operations = [
        AddIndexConcurrently("trade", models.Index(Reverse("vin"), name="trade_vin_reversed")),
        RemoveIndexConcurrently("trade", "trade_vin"),
        RemoveIndexConcurrently("trade", "trade_vin_tail"),
        RemoveIndexConcurrently("trade", "trade_person_seller"),
    ]
