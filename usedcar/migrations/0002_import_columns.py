"""The index that finds what a person sold, for the third short sale of a year (T-062)."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("usedcar", "0001_initial")]

    operations = [
        AddIndexConcurrently(
            model_name="trade",
            index=models.Index(
                fields=["seller_id_key"],
                condition=models.Q(seller_party_kind="PERSON"),
                name="trade_person_seller",
            ),
        ),
    ]
