"""Filings that were confirmed in the old system: brought over, and taken up by their enterprise."""

from datetime import date, datetime, time
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.audit import record
from accounts.divisions import jurisdiction_of
from accounts.enums import Permission
from accounts.models import User
from accounts.permissions import require
from autoflow.common.errors import BusinessError
from catalog.names import name_key
from filing.confirmers import confirmer_of
from filing.content import content_of, digest
from filing.enums import FilingAction, FilingStatus
from filing.models import BrandLine, Enterprise, Filing
from filing.steps import mirror_status, note_step


class Loaded(StrEnum):
    """What became of one enterprise of the workbook."""

    NEW = "新增"
    UPDATED = "更新"
    SAME = "未变"
    IN_USE = "已在使用，未改动"


@transaction.atomic
def load_old_filing(*, values: dict, confirmed_on: date, brand_lines: list[dict], by: User) -> Loaded:
    """The enterprise with its confirmed version in force, incomplete as it may be. Loading again brings it up
    to date until the enterprise itself enters the service; from then on nothing is touched.
    """
    require(by, Permission.FILING_LOAD)
    known = Enterprise.objects.exclude(status=FilingStatus.CANCELLED).select_for_update()
    enterprise = known.filter(uscc=values["uscc"]).first()
    if enterprise is None:
        return _write(_new_version(values), values, confirmed_on, brand_lines, by)
    versions = list(enterprise.filings.all())
    if enterprise.staff.exists() or len(versions) != 1 or not versions[0].is_from_old_system:
        return Loaded.IN_USE
    versions[0].enterprise = enterprise
    return _write(versions[0], values, confirmed_on, brand_lines, by)


def _new_version(values):
    names = {"name": values["enterprise_name"], "types": values["enterprise_types"]}
    place = {
        "division_code": values["division_code"],
        "jurisdiction_code": jurisdiction_of(values["division_code"]).code,
    }
    enterprise = Enterprise(uscc=values["uscc"], **names, **place)
    try:
        with transaction.atomic():
            enterprise.save()
    except IntegrityError as error:
        raise BusinessError("该企业刚刚由他人开通，没有导入。") from error
    return Filing(enterprise=enterprise, version=1, is_from_old_system=True)


def _write(filing, values, confirmed_on, brand_lines, by):
    before, start = (filing.content_hash, filing.decided_at), transaction.savepoint()
    for name, value in values.items():
        setattr(filing, name, value)
    filing.capital_currency = filing.capital_currency or "CNY"
    _confirm(filing, confirmed_on, by)
    try:
        filing.clean_fields()
    except ValidationError as error:
        raise BusinessError("；".join(error.messages)) from error
    filing.save()
    filing.brand_lines.all().delete()
    BrandLine.objects.bulk_create([BrandLine(filing=filing, **line) for line in brand_lines])
    stored = Filing.objects.get(pk=filing.pk)
    filing.content_hash = digest(content_of(stored))
    if (filing.content_hash, filing.decided_at) == before:
        transaction.savepoint_rollback(start)
        return Loaded.SAME
    filing.save(update_fields=["content_hash"])
    mirror_status(filing)
    note_step(filing, FilingAction.LOAD, "", by)
    record("filing.load", filing, by=by, version=filing.version)
    return Loaded.UPDATED if before[0] else Loaded.NEW


def _confirm(filing, confirmed_on, by):
    """The old system's decision, under the name of whoever brings it over."""
    at = timezone.make_aware(datetime.combine(confirmed_on, time.min))
    filing.jurisdiction_code = jurisdiction_of(filing.division_code).code
    confirmer = confirmer_of(
        division_code=filing.division_code,
        jurisdiction_code=filing.jurisdiction_code,
        types=filing.enterprise_types,
        at=timezone.now(),
    )
    filing.confirm_level, filing.confirm_body = confirmer.level, confirmer.body
    filing.status, filing.is_in_force = FilingStatus.CONFIRMED, True
    filing.submitted_at = filing.decided_at = at
    filing.submitted_by = filing.decided_by = by
    filing.content_hash = filing.content_hash or "0" * 64


def claim_old_filing(*, by: User) -> Enterprise | None:
    """The enterprise that came over from the old system under this account's credit code, if nobody has it
    yet. Credit codes and names are public, so the account must share a telephone or mailbox with the filing;
    only a filing without either is recognised by its name.
    """
    waiting = Enterprise.objects.filter(uscc=by.uscc, staff=None).exclude(status=FilingStatus.CANCELLED)
    enterprise = waiting.select_for_update(of=("self",)).first()
    filing = enterprise and enterprise.filings.filter(is_in_force=True, is_from_old_system=True).first()
    if not filing:
        return None
    if not _is_theirs(filing, by):
        raise BusinessError(
            "贵企业在原系统已有备案，但注册的手机号和电子邮箱与当时预留的都不一致。"
            f"为防止冒用，请联系{filing.confirm_body}核实后再增加应用。"
        )
    record("service.link", enterprise, by=by, filing=filing.pk)
    return enterprise


def _is_theirs(filing, by):
    mailbox = filing.contact_email.casefold()
    if not mailbox and not filing.contact_mobile:
        return name_key(filing.enterprise_name) == name_key(by.organisation)
    same_phone = bool(by.phone) and by.phone == filing.contact_mobile
    return same_phone or (bool(mailbox) and mailbox == by.email.casefold())
