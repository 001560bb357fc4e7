"""Reports and what is missing, as the lists of an authority show them: what was submitted, never a draft."""

from reporting.chasing import chases_of, reason_not_to_chase
from reporting.deadlines import standings_of
from reporting.enums import Phase, ReportStatus
from reporting.models import Obligation, ReportVersion
from reporting.presentation import as_submitted, shown_status
from reviews.places import place_names


def with_states(reports, chosen):
    """Adds to reports of one form and period their state, their place, the figures last submitted, and to
    those given back what is owed again, with its chases.
    """
    standings = _standings(reports, chosen)
    places = place_names(row.division_code for row in reports)
    for report in last_submitted(reports):
        report.shown_code, report.shown_text = shown_status(report, standings[report.enterprise_id])
        report.place = places.get(report.division_code, report.division_code)
    returned = [report.pk for report in reports if report.status == ReportStatus.RETURNED]
    owed = Obligation.objects.filter(report__in=returned).select_related("enterprise")
    owed_again = {row.report_id: row for row in _with_chases(list(owed), standings, chosen.at)}
    for report in reports:
        report.owed = owed_again.get(report.pk)
    return reports


def last_submitted(reports):
    """The same reports with the figures that count, where the enterprise has typed others since."""
    versions = _versions([row.pk for row in reports if row.has_unsubmitted_changes])
    for report in reports:
        if report.pk in versions:
            as_submitted(report, versions[report.pk])
    return reports


def with_gaps(obligations, chosen):
    """Adds to what is missing its place, whether it is locked, the permission in force, and its chases."""
    standings = _standings(obligations, chosen)
    places = place_names(row.division_code for row in obligations)
    for row in obligations:
        row.standing = standings[row.enterprise_id]
        row.is_locked = row.standing.phase == Phase.LOCKED and row.standing.permission is None
        row.place = places.get(row.division_code, row.division_code)
    return _with_chases(obligations, standings, chosen.at)


def _with_chases(obligations, standings, at):
    """Adds how often each was chased, and why it cannot be now."""
    chased = chases_of(obligations)
    for row in obligations:
        row.chase_count, row.chased_on = chased.get(row.pk, (0, None))
        row.chase_reason = reason_not_to_chase(
            standings[row.enterprise_id], row.enterprise, row.chased_on, at
        )
    return obligations


def _standings(rows, chosen):
    enterprises = [row.enterprise for row in rows]
    return standings_of(chosen.form, chosen.period, enterprises, chosen.windows, chosen.at)


def _versions(report_ids):
    latest = ReportVersion.objects.filter(report__in=report_ids).order_by("number")
    return {version.report_id: version for version in latest}
