"""The list of an authority as a workbook: submitted reports with findings and reasons, or who is missing."""

import io
from collections.abc import Iterator

from django.utils import timezone

from autoflow.common.tables import write_table
from reviews.report_lists import with_gaps, with_states

AT_ONCE = 500
WHO = ("企业", "统一社会信用代码", "地区")


def submitted_workbook(user, chosen, reports) -> io.BytesIO:
    """Every report that fits the filter, the latest submission first."""
    figures = [heading for heading, _ in chosen.form.columns]
    headers = (*WHO, "状态", "上报", "本期无业务", *figures, "异常数", "异常与说明", "上报时间")
    rows = reports.with_list_columns().prefetch_related("findings").order_by("-submitted_at", "-id")
    return _file(user, chosen, "已报", headers, _submitted(rows, chosen))


def missing_workbook(user, chosen, obligations) -> io.BytesIO:
    """Every enterprise that owes and has not submitted, by place."""
    rows = obligations.with_list_columns().order_by("division_code", "id")
    return _file(user, chosen, "未报", (*WHO, "进度", "期限", "催报次数", "最近催报"), _missing(rows, chosen))


def _file(user, chosen, sheet, headers, rows):
    moment = timezone.localtime(chosen.at)
    note = f"{chosen.heading}；{user} 于 {moment:%Y-%m-%d %H:%M} 导出；条件：{chosen.conditions or '全部'}"
    file = io.BytesIO()
    write_table(file, sheet=sheet, headers=headers, rows=rows, note=note)
    file.seek(0)
    return file


def _submitted(reports, chosen) -> Iterator[tuple]:
    for part in _parts(reports):
        for report in with_states(part, chosen):
            yield (
                report.enterprise.name,
                report.enterprise.uscc,
                report.place,
                report.shown_text,
                "逾期" if report.is_late else "按时",
                "是" if report.nil_return else "",
                *(getattr(report, name) for _, name in chosen.form.columns),
                report.warning_count,
                "\n".join(map(_explained, report.findings.all())),
                report.submitted_at,
            )


def _explained(finding):
    """A finding with the reason given for it."""
    reason = "：".join(filter(None, (finding.get_reason_code_display(), finding.reason_text)))
    return f"[{finding.rule}] {finding.message}{f'（{reason}）' if reason else ''}"


def _missing(obligations, chosen) -> Iterator[tuple]:
    for part in _parts(obligations):
        for row in with_gaps(part, chosen):
            limit = "已锁定，企业不能填报" if row.is_locked else row.standing.note
            progress = "已有草稿" if row.report else "没有填报"
            chased = row.chase_count, row.chased_on
            yield row.enterprise.name, row.enterprise.uscc, row.place, progress, limit, *chased


def _parts(rows):
    """Some hundred rows at a time, so that states and places cost few statements."""
    ids = list(rows.values_list("pk", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        part = ids[start : start + AT_ONCE]
        found = rows.in_bulk(part)
        yield [found[pk] for pk in part if pk in found]
