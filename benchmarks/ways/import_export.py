"""django-import-export as it is by default: each row asks the database and is saved alone, the same rules."""

import tempfile
import time
from pathlib import Path

import tablib
from django.utils import timezone
from import_export import fields, resources

from autoflow.common.identifiers import mask_id
from autoflow.common.workbooks import check_container
from benchmarks.import_file import reporter
from filing.permissions import enterprise_of
from usedcar.history import history_findings
from usedcar.import_rows import check_row, match_header
from usedcar.models import Trade
from usedcar.staging import party_key
from usedcar.steps import check_invoice_known, check_market
from usedcar.template_workbook import ErrorWorkbook


class TradeResource(resources.ModelResource):
    """The import of django-import-export with the same rules, encryption and duplicates."""

    invoice_number = fields.Field(attribute="invoice_number", column_name="*发票号码")
    invoice_code = fields.Field(attribute="invoice_code", column_name="发票代码")

    class Meta:
        model = Trade
        import_id_fields = ("invoice_number", "invoice_code")
        fields = ("invoice_number", "invoice_code")

    def __init__(self, headers):
        super().__init__()
        self.names = match_header(headers).names
        self.enterprise, self.by = enterprise_of(reporter()), reporter()
        self.today, self.now, self.bad, self.seen = timezone.localdate(), timezone.now(), [], set()

    def before_import_row(self, row, row_number=0, **options):
        cells = ["" if cell is None else cell for cell in row.values()]
        values, found = self.checked(cells, row_number)
        invoice = values["invoice_code"], values["invoice_number"]
        row["values"] = values
        row["skip"] = any(one.stops for one in found) or invoice in self.seen
        row["发票代码"], row["*发票号码"] = invoice
        self.seen.add(invoice)
        if row["skip"]:
            self.bad.append((cells, [one.message for one in found]))

    def checked(self, cells, number):
        """The rules of the row, then what the nation reported already, asked row by row as the form asks."""
        values, found = check_row(cells, self.names, number, self.today, self.enterprise.uscc)
        found = [
            *found,
            *check_market(values["market_uscc"]),
            *check_invoice_known(values, self.enterprise, None),
        ]
        if values["vin"] and values["traded_on"]:
            found += history_findings(values, self.enterprise.pk)
        return values, found

    def skip_row(self, instance, original, row, import_validation_errors=None):
        return row["skip"] or super().skip_row(instance, original, row, import_validation_errors)

    def import_instance(self, instance, row, **options):
        values = row["values"]
        for name, value in values.items():
            setattr(instance, name, value)
        for party in ("seller", "buyer"):
            number = values[f"{party}_id_number"]
            setattr(instance, f"{party}_id_key", party_key(values[f"{party}_id_type"], number))
            setattr(instance, f"{party}_id_mask", mask_id(number))
        instance.enterprise, instance.reported_by, instance.reported_at = self.enterprise, self.by, self.now
        instance.jurisdiction_code = self.enterprise.jurisdiction_code
        instance.division_code = self.enterprise.division_code


def run(path, rows, resource_class=TradeResource):
    before = Trade.objects.count()
    start = time.perf_counter()
    check_container(path)
    data = tablib.Dataset().load(path.read_bytes(), format="xlsx", skip_lines=1)
    resource = resource_class(data.headers)
    result = resource.import_data(data, raise_errors=True, use_transactions=True)
    with tempfile.TemporaryDirectory() as folder:
        errors = ErrorWorkbook(str(Path(folder, "errors.xlsx")), resource.names)
        for cells, messages in resource.bad:
            errors.add(cells, messages)
        errors.close()
    seconds = time.perf_counter() - start
    if result.has_errors():
        raise RuntimeError(result.row_errors()[0])
    return seconds, Trade.objects.count() - before, {}
