"""Reports and what is missing, as the lists of an authority show them: what was submitted, never a draft."""

from reporting.deadlines import Standing
from reporting.enums import Phase
from reporting.models import LatePermission, ReportVersion
from reporting.presentation import as_submitted, shown_status
from reviews.places import place_names


def with_states(reports, chosen):
    """Adds to reports of one form and period their state, their place and the figures last submitted."""
    permissions = _permissions(reports, chosen)
    places = place_names(row.division_code for row in reports)
    for report in last_submitted(reports):
        standing = _standing(report.enterprise, chosen, permissions)
        report.shown_code, report.shown_text = shown_status(report, standing)
        report.place = places.get(report.division_code, report.division_code)
    return reports


def last_submitted(reports):
    """The same reports with the figures that count, where the enterprise has typed others since."""
    versions = _versions([row.pk for row in reports if row.has_unsubmitted_changes])
    for report in reports:
        if report.pk in versions:
            as_submitted(report, versions[report.pk])
    return reports


def with_gaps(obligations, chosen):
    """Adds to what is missing its place, whether it is locked, and the permission in force."""
    permissions = _permissions(obligations, chosen)
    places = place_names(row.division_code for row in obligations)
    for row in obligations:
        row.standing = _standing(row.enterprise, chosen, permissions)
        row.is_locked = row.standing.phase == Phase.LOCKED and row.standing.permission is None
        row.place = places.get(row.division_code, row.division_code)
    return obligations


def _standing(enterprise, chosen, permissions):
    window = chosen.windows[enterprise.jurisdiction_code]
    return Standing(
        chosen.form, chosen.period, window, window.phase(chosen.at), permissions.get(enterprise.pk)
    )


def _permissions(rows, chosen):
    if not chosen.form.can_be_unlocked:
        return {}
    found = LatePermission.objects.in_force(chosen.at).filter(
        form=chosen.form.key,
        period=chosen.period.start,
        enterprise__in=[row.enterprise_id for row in rows],
    )
    return {permission.enterprise_id: permission for permission in found.order_by("until")}


def _versions(report_ids):
    latest = ReportVersion.objects.filter(report__in=report_ids).order_by("number")
    return {version.report_id: version for version in latest}
