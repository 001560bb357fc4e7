"""核查清单: retail sales of a brand far from what its sellers in the same city report usually.

Who only sells to other sellers is none of them.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import chain
from statistics import median

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from catalog.models import Brand
from newcar.kept import kept_lines
from newcar.lines import number
from newcar.models import MonthlyLine
from reporting.models import Report, ReportVersion
from reviews.areas import Area, Level
from reviews.places import city_prefix, place_names

RETAIL, WHOLESALE = ("retail_person_qty", "retail_org_qty"), "wholesale_qty"
TIMES, FEWEST_SELLERS, LEAST_DIFFERENCE, MOST_SHOWN = 5, 3, 20, 200


@dataclass(frozen=True)
class Sold:
    """What one report says was sold of one brand to those who drive it."""

    report_id: int
    division_code: str
    brand_id: int
    qty: int

    @property
    def group(self):
        return city_prefix(self.division_code), self.brand_id


@dataclass(frozen=True)
class Outlier:
    report: Report
    brand: str
    place: str
    qty: int
    usual: float
    sellers: int

    @property
    def usual_text(self):
        return f"{self.usual:,.1f}".removesuffix(".0")

    @property
    def times_text(self):
        """How many times the one is the other; a dash where nothing was sold or nothing is usual."""
        low, high = sorted((self.qty, self.usual))
        return f"{high / low:.1f} 倍" if low else "—"


def outliers(user, chosen) -> tuple[list[Outlier], int]:
    """The reports of the chosen place that stand out, the farthest first, and how many there are.

    Compared is within a city, also where only one of its counties is looked at.
    """
    base = Report.objects.counting().of(chosen.form, chosen.period).filter(_cities(user, chosen.area))
    groups = defaultdict(list)
    for sold in _sold(base):
        groups[sold.group].append(sold)
    usual = {key: median(one.qty for one in found) for key, found in groups.items()}
    far = [
        one for key, found in groups.items() for one in found if _stands_out(one.qty, usual[key], len(found))
    ]
    own = chosen.reports(Report.objects.visible_to(user)).select_related("enterprise")
    reports = own.in_bulk({one.report_id for one in far})
    far = [one for one in far if one.report_id in reports]
    far.sort(key=lambda one: (-abs(one.qty - usual[one.group]), one.report_id, one.brand_id))
    rows = [(one, reports[one.report_id], usual[one.group], len(groups[one.group])) for one in far]
    return _named(rows[:MOST_SHOWN]), len(rows)


def _named(rows) -> list[Outlier]:
    places = place_names(one.division_code for one, *_ in rows)
    brands = dict(Brand.objects.filter(pk__in={one.brand_id for one, *_ in rows}).values_list("pk", "name"))
    return [
        Outlier(report, brands[one.brand_id], places.get(one.division_code, ""), one.qty, usual, sellers)
        for one, report, usual, sellers in rows
    ]


def _stands_out(qty, usual, sellers):
    low, high = sorted((qty, usual))
    return sellers >= FEWEST_SELLERS and high >= TIMES * low and high - low > LEAST_DIFFERENCE


def _cities(user, area: Area) -> Q:
    """Whole cities, whatever part of one is looked at."""
    if area.level not in (Level.CITY, Level.COUNTY):
        return area.rows
    code = area.code or user.division_id
    return Q(jurisdiction_code=area.jurisdiction_code, division_code__startswith=city_prefix(code))


def _sold(reports):
    """What was sold by report and brand, as it was submitted last."""
    brand, sums = Coalesce("brand__merged_into", "brand"), [Sum(name) for name in (*RETAIL, WHOLESALE)]
    lines = MonthlyLine.objects.filter(report__in=reports.filter(has_unsubmitted_changes=False)).order_by()
    rows = lines.values_list("report_id", "report__division_code", brand).annotate(*sums)
    changed = ReportVersion.objects.filter(report__in=reports.filter(has_unsubmitted_changes=True))
    for *key, person, organisation, wholesale in chain(rows, _sold_before(changed)):
        retail = (person or 0) + (organisation or 0)
        if retail or not wholesale:
            yield Sold(*key, retail)


def _sold_before(versions):
    """The same of reports that were changed since and not handed in again."""
    latest = {one.report_id: one for one in versions.select_related("report").order_by("number")}
    lines = [line | {"of": one.report} for one in latest.values() for line in one.content.get("lines") or []]
    sums = defaultdict(Counter)
    for line in kept_lines(lines):
        key = line["of"].pk, line["of"].division_code, line["brand_id"]
        sums[key].update({name: number(line, name) for name in (*RETAIL, WHOLESALE)})
    return ((*key, *(sums[key][name] for name in (*RETAIL, WHOLESALE))) for key in sums)
