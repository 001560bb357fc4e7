"""django-import-export with use_bulk: rows are saved in batches, and what the rules ask the database is asked
once for all rows.
"""

from autoflow.common.checks import Severity, finding, invalid
from benchmarks.ways import import_export
from filing.enums import FilingStatus
from filing.models import Enterprise
from usedcar.history import History, deal_of
from usedcar.import_checks import UNCONFIRMED_MARKET
from usedcar.import_rows import check_row
from usedcar.staging import reported_invoices


class BulkResource(import_export.TradeResource):
    class Meta(import_export.TradeResource.Meta):
        use_bulk = True
        force_init_instance = True
        skip_diff = True

    def before_import(self, dataset, **options):
        rows = [["" if cell is None else cell for cell in cells] for cells in dataset]
        self.read = [
            check_row(cells, self.names, number, self.today, self.enterprise.uscc)
            for number, cells in enumerate(rows, 1)
        ]
        values = [found[0] for found in self.read]
        self.reported = reported_invoices({one["invoice_number"] for one in values} - {""})
        usccs = {one["market_uscc"] for one in values}
        markets = Enterprise.objects.filter(
            uscc__in=usccs, status=FilingStatus.CONFIRMED, types__contains=["B1"]
        )
        self.markets = {"", *markets.values_list("uscc", flat=True)}
        self.learn_history(values)

    def learn_history(self, values):
        self.history = History()
        self.history.learn_vehicles({one["vin"] for one in values})
        self.history.learn_releases(self.enterprise.pk)
        self.deals = [deal_of(one) if one["vin"] and one["traded_on"] else None for one in values]
        short = [deal for deal in self.deals if deal and self.history.is_short(deal)]
        if short:
            self.history.learn_sellers(
                {deal.seller for deal in short}, {deal.traded_on.year for deal in short}
            )

    def checked(self, cells, number):
        values, found = self.read[number - 1]
        deal, found = self.deals[number - 1], list(found)
        if values["market_uscc"] not in self.markets:
            found.append(invalid("market_uscc", UNCONFIRMED_MARKET, Severity.WARN))
        if (values["invoice_code"], values["invoice_number"]) in self.reported:
            found.append(finding("T-051", "invoice_number", date=""))
        if deal:
            found += self.history.findings(deal)
            self.history.add(deal)
        return values, found


def run(path, rows):
    return import_export.run(path, rows, BulkResource)
