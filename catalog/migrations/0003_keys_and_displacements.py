"""Names get their keys without brand and producer; displacements of before were all approved."""

from django.db import migrations

from catalog.names import model_key, name_key


def recompute_keys(apps, schema_editor):
    """A key another entry already holds is left as it was: the administrator merges such pairs."""
    for name in ("Brand", "Producer"):
        model = apps.get_model("catalog", name)
        for entry in model.objects.order_by("pk").iterator():
            key = name_key(entry.name)
            if key != entry.name_key and not model.objects.filter(name_key=key).exists():
                model.objects.filter(pk=entry.pk).update(name_key=key)
    vehicle_models = apps.get_model("catalog", "VehicleModel").objects
    for entry in vehicle_models.select_related("brand", "producer").order_by("pk").iterator():
        key = model_key(entry.name, brand=entry.brand.name, producer=entry.producer.name)
        same = vehicle_models.filter(brand=entry.brand_id, producer=entry.producer_id, name_key=key)
        if key != entry.name_key and not same.exists():
            vehicle_models.filter(pk=entry.pk).update(name_key=key)


def approve_displacements(apps, schema_editor):
    apps.get_model("catalog", "Displacement").objects.update(status="APPROVED")


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_requests_and_merging")]

    operations = [
        migrations.RunPython(recompute_keys, migrations.RunPython.noop),
        migrations.RunPython(approve_displacements, migrations.RunPython.noop),
    ]
