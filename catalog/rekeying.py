"""Keys of models after their brand or producer got another name or was merged."""

from django.db import IntegrityError, transaction


def rekey_models(models):
    """The key of each model anew; one that another model holds already is left to the administrator."""
    for model in models.select_related("brand", "producer").order_by("pk"):
        key = model.key
        if key == model.name_key:
            continue
        model.name_key = key
        try:
            with transaction.atomic():
                model.save(update_fields=["name_key"])
        except IntegrityError:
            continue
