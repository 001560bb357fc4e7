"""django-import-export with use_bulk: rows are made in batches, no query for each."""

from benchmarks.ways import import_export


class BulkResource(import_export.TradeResource):
    class Meta(import_export.TradeResource.Meta):
        use_bulk = True
        force_init_instance = True
        skip_diff = True


def run(path, rows):
    return import_export.run(path, rows, BulkResource)
