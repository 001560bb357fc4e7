"""Writing what a plan of the bulk load says."""

from catalog.loading import Plan, Verdict
from catalog.models import Brand, BrandProducer, Displacement, Producer, VehicleModel
from catalog.steps import allow_names

IN_ORDER = (Producer, Brand, BrandProducer, VehicleModel, Displacement)
BATCH = 1000


def write_plan(plan: Plan, *, with_doubtful: bool) -> int:
    """New entries in the order they need each other, then changed ones; answers how many."""
    wanted = {Verdict.NEW, Verdict.DOUBTFUL} if with_doubtful else {Verdict.NEW}
    written = 0
    for model in IN_ORDER:
        new = [item.entry for item in plan.items if item.verdict in wanted and isinstance(item.entry, model)]
        model.objects.bulk_create(map(_with_parents_saved, new), batch_size=BATCH)
        if model is VehicleModel:
            allow_names(new)
        changed = [
            item for item in plan.items if item.verdict == Verdict.CHANGED and isinstance(item.entry, model)
        ]
        for item in changed:
            for name, value in item.said.items():
                setattr(item.entry, name, value)
            item.entry.save(update_fields=[*item.said])
        written += len(new) + len(changed)
    return written


def _with_parents_saved(entry):
    """The ids of parents that were new themselves."""
    for name in ("brand", "producer", "model"):
        if hasattr(entry, f"{name}_id"):
            setattr(entry, name, getattr(entry, name))
    return entry
