"""Every write on enterprises and filings: opening the service, drafts, submission, decisions."""

from contextlib import contextmanager

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.audit import record
from accounts.divisions import jurisdiction_of
from accounts.enums import Outcome, Permission
from accounts.models import Jurisdiction, User
from accounts.permissions import require
from autoflow.common.checks import finding, rules
from autoflow.common.errors import BusinessError, ConflictError
from autoflow.common.text import normalise
from catalog.enums import CatalogStatus, ProducerKind
from catalog.models import BrandProducer
from filing.checks import DECLARATIONS, Context, check_filing
from filing.confirmers import confirmer_of
from filing.content import ROW_COLUMNS, ROW_MODELS, content_of, digest, row_values
from filing.enums import EDITABLE, FilingAction, FilingStatus, LineStatus
from filing.images import store_image
from filing.models import Enterprise, Filing
from filing.sections import DERIVED, FIELDS, IMAGES, LABELS
from filing.workdays import decision_due

REASON_LENGTHS = range(5, 501)
BRAND_LINE_KEY = ("brand_id", "producer_id", "authorization_type", "supplier_name")
CONTENT_FIELDS = (*FIELDS, *DERIVED)


@contextmanager
def audited(action, *, by, filing_id):
    """One transaction; when the rules refuse it, the attempt itself stays in the trail."""
    try:
        with transaction.atomic():
            yield
    except (BusinessError, PermissionDenied) as error:
        record(action, Filing(pk=filing_id), by=by, outcome=Outcome.REFUSED, summary=str(error))
        raise


@transaction.atomic
def open_service(*, by: User) -> Enterprise:
    """«增加应用»: the account's enterprise enters the service; a second click finds the first one's."""
    User.objects.select_for_update().get(pk=by.pk)
    enterprise = Enterprise.objects.visible_to(by).first()
    if enterprise is not None:
        return enterprise
    require(by, Permission.SERVICE_OPEN)
    enterprise = Enterprise(
        uscc=by.uscc,
        name=by.organisation,
        jurisdiction_code=by.jurisdiction_id,
        division_code=by.division_id,
    )
    try:
        with transaction.atomic():
            enterprise.save()
    except IntegrityError as error:
        raise BusinessError(_filed_elsewhere(by.uscc)) from error
    enterprise.staff.set(User.objects.filter(uscc=by.uscc, role__in=["MANAGER", "OPERATOR"]))
    record("service.open", enterprise, by=by)
    return enterprise


def _filed_elsewhere(uscc):
    code = Enterprise.objects.exclude(status=FilingStatus.CANCELLED).get(uscc=uscc).jurisdiction_code
    return finding("F-005", "uscc", jurisdiction=Jurisdiction.objects.get(pk=code).name).message


@transaction.atomic
def start_filing(*, by: User) -> Filing:
    """The version under way: the one there is, a copy of the version in force («变更»), or the first one."""
    require(by, Permission.FILING_EDIT)
    enterprise = get_object_or_404(Enterprise.objects.visible_to(by).select_for_update(of=("self",)))
    found = enterprise.filings.open_versions().first()
    if found is not None:
        return found
    if enterprise.status in (FilingStatus.SUSPENDED, FilingStatus.CANCELLED):
        raise BusinessError(f"备案已{enterprise.get_status_display()}，不能填写；请联系当地商务主管部门。")
    in_force = enterprise.filings.filter(is_in_force=True).first()
    filing = _copy(in_force) if in_force else first_version(enterprise, by)
    filing.save()
    if in_force:
        _copy_rows(in_force, filing)
    action = FilingAction.CHANGE if in_force else FilingAction.START
    _note(filing, action, "", by)
    record(f"filing.{action.lower()}", filing, by=by, version=filing.version)
    return filing


def first_version(enterprise, user):
    """A first version, not saved yet, with what the account already told."""
    return Filing(
        enterprise=enterprise,
        version=1,
        enterprise_name=enterprise.name,
        uscc=enterprise.uscc,
        division_code=enterprise.division_code,
        jurisdiction_code=enterprise.jurisdiction_code,
        capital_currency="CNY",
        contact_name=user.display_name,
        contact_mobile=user.phone,
        contact_email=user.email,
        appraisal_standard="GB/T 30323",
    )


def _copy(in_force):
    """The next version begins as the one in force; only the declarations are made anew."""
    names = {f"{name}_id" if name in IMAGES else name for name in CONTENT_FIELDS}
    content = {name: getattr(in_force, name) for name in names} | dict.fromkeys(DECLARATIONS)
    return Filing(enterprise=in_force.enterprise, version=in_force.version + 1, **content)


def _copy_rows(source, target):
    for name, model in ROW_MODELS.items():
        rows = getattr(source, name).order_by("pk")
        model.objects.bulk_create([model(filing=target, **row_values(name, row)) for row in rows])


def _lock(filing_id, by):
    """The filing with its enterprise locked first, so that all steps on one enterprise stand in one line."""
    found = get_object_or_404(Filing.objects.visible_to(by), pk=filing_id)
    enterprise = Enterprise.objects.select_for_update().get(pk=found.enterprise_id)
    filing = Filing.objects.select_for_update(of=("self",)).get(pk=filing_id)
    filing.enterprise = enterprise
    return filing


def _ensure_current(filing, revision):
    """Two tabs, two persons: only who saw the latest state may write over it."""
    if filing.status not in EDITABLE:
        raise ConflictError(
            f"该备案当前为“{filing.get_status_display()}”，不能再修改；如需修改请待主管部门确认或退回。您的输入已保留在本页。"
        )
    if filing.revision != revision:
        raise ConflictError(f"{rules()['F-024'].message}核对后再次保存，将以本页内容为准。")


@transaction.atomic
def save_draft(*, filing_id: int, revision: int, values: dict, rows: dict | None = None, by: User) -> Filing:
    """Keep what was typed: fields by identifier (images as CleanImage), sub-tables as whole lists of rows."""
    require(by, Permission.FILING_EDIT)
    filing = _lock(filing_id, by)
    _ensure_current(filing, revision)
    for name in values.keys() & FIELDS.keys() - DERIVED:
        setattr(filing, name, store_image(values[name]) if name in IMAGES else _normal(values[name]))
    filing.uscc = filing.enterprise.uscc
    filing.jurisdiction_code = jurisdiction_of(filing.division_code).code if filing.division_code else ""
    filing.revision += 1
    try:
        filing.clean_fields()
    except ValidationError as error:
        raise BusinessError("；".join(error.messages)) from error
    filing.save()
    for name in (rows or {}).keys() & ROW_MODELS.keys():
        _replace_rows(filing, name, rows[name])
    record("filing.save", filing, by=by, revision=filing.revision)
    return filing


def _normal(value):
    """Text is compared and hashed in one form, whoever typed it."""
    return normalise(value) if isinstance(value, str) else value


def _replace_rows(filing, name, rows):
    """The list as it is now; brands of the version in force that are no longer listed stay as ended ones."""
    model = ROW_MODELS[name]
    columns = ROW_COLUMNS[name]
    rows = [{column: _normal(row[column]) for column in columns if column in row} for row in rows]
    if name == "brand_lines":
        rows += _ended_lines(filing, rows)
    getattr(filing, name).all().delete()
    model.objects.bulk_create([model(filing=filing, **row) for row in rows])


def _brand_line_key(row):
    return tuple(row.get(name, "") for name in BRAND_LINE_KEY)


def _ended_lines(filing, rows):
    listed = {_brand_line_key(row) for row in rows}
    in_force = Filing.objects.filter(enterprise=filing.enterprise_id, is_in_force=True).first()
    former = [row_values("brand_lines", line) for line in in_force.brand_lines.all()] if in_force else []
    return [{**row, "line_status": LineStatus.ENDED} for row in former if _brand_line_key(row) not in listed]


def findings_of(filing):
    """What the rules say about a version as it is stored now."""
    brands = set(filing.brand_lines.values_list("brand_id", flat=True)) if filing.pk else set()
    pairs = BrandProducer.objects.filter(
        brand__in=brands,
        brand__status=CatalogStatus.APPROVED,
        producer__status=CatalogStatus.APPROVED,
    ).values_list("brand_id", "producer_id", "producer__kind")
    context = Context(
        today=timezone.localdate(),
        is_change=filing.is_change,
        approved_pairs=frozenset((brand, producer) for brand, producer, _ in pairs),
        foreign_producers=frozenset(producer for _, producer, kind in pairs if kind == ProducerKind.FOREIGN),
    )
    return list(check_filing(content_of(filing), context))


def submit_filing(*, filing_id: int, revision: int, by: User) -> Filing:
    """Hand a version in: it is checked, frozen under its hash, and goes to the body that confirms."""
    with audited("filing.submit", by=by, filing_id=filing_id):
        require(by, Permission.FILING_SUBMIT)
        filing = _lock(filing_id, by)
        _ensure_current(filing, revision)
        findings = findings_of(filing)
        stopping = [found for found in findings if found.stops]
        if stopping:
            raise BusinessError(f"还有 {len(stopping)} 处需要修改，备案没有提交。", findings=findings)
        action = FilingAction.SUBMIT_CHANGE if filing.is_change else FilingAction.SUBMIT
        from_status = filing.status
        filing.move(action)
        _hand_in(filing, by)
        filing.save()
        _mirror(filing)
        _note(filing, action, from_status, by)
        warnings = sorted({found.rule for found in findings if found.asks})
        record("filing.submit", filing, by=by, version=filing.version, warnings=warnings)
        return filing


def _hand_in(filing, by):
    """What is fixed at submission: when, by whom, exactly what, and who decides until when."""
    now = timezone.now()
    confirmer = confirmer_of(
        division_code=filing.division_code,
        jurisdiction_code=filing.jurisdiction_code,
        types=filing.enterprise_types,
        at=now,
    )
    filing.revision += 1
    filing.submitted_at, filing.submitted_by = now, by
    filing.content_hash = digest(content_of(filing))
    filing.confirm_level, filing.confirm_body = confirmer.level, confirmer.body
    filing.due_at = decision_due(now)
    filing.decided_at = filing.decided_by = None
    filing.return_reason, filing.return_fields = "", []


def _mirror(filing):
    """The enterprise shows the state of its filing, and what it is by the version in force, or by the
    first one.
    """
    enterprise = filing.enterprise
    enterprise.status = filing.status
    if filing.is_in_force or not filing.is_change:
        enterprise.name, enterprise.types = filing.enterprise_name, filing.enterprise_types
        enterprise.division_code = filing.division_code
        enterprise.jurisdiction_code = filing.jurisdiction_code
    enterprise.save(update_fields=["status", "name", "types", "division_code", "jurisdiction_code"])


def _note(filing, action, from_status, by, note=""):
    filing.events.create(action=action, from_status=from_status, to_status=filing.status, by=by, note=note)


def _lock_to_decide(filing_id, content_hash, action, by):
    """The filing, if it still waits, is still what the officer saw, and is this officer's to decide."""
    require(by, Permission.FILING_CONFIRM)
    filing = _lock(filing_id, by)
    from_status = filing.status
    filing.move(action)
    if filing.content_hash != content_hash:
        raise ConflictError("内容已变更，请重新查看。")
    if not Filing.objects.filter(pk=filing.pk).held_by(by).exists():
        raise BusinessError(rules()["F-025"].message)
    filing.decided_at, filing.decided_by = timezone.now(), by
    return filing, from_status


def confirm_filing(*, filing_id: int, content_hash: str, by: User) -> Filing:
    """Confirm exactly the version the officer saw; from now on it is the one in force."""
    with audited("filing.confirm", by=by, filing_id=filing_id):
        filing, from_status = _lock_to_decide(filing_id, content_hash, FilingAction.CONFIRM, by)
        Filing.objects.filter(enterprise=filing.enterprise_id, is_in_force=True).update(is_in_force=False)
        filing.is_in_force = True
        filing.save(update_fields=["status", "is_in_force", "decided_at", "decided_by"])
        _mirror(filing)
        _note(filing, FilingAction.CONFIRM, from_status, by)
        record("filing.confirm", filing, by=by, version=filing.version, content_hash=content_hash)
        return filing


def return_filing(*, filing_id: int, content_hash: str, reason: str, fields: list[str], by: User) -> Filing:
    """Give a version back with the reason and the items to mend; a version in force stays in force."""
    with audited("filing.return", by=by, filing_id=filing_id):
        filing, from_status = _lock_to_decide(filing_id, content_hash, FilingAction.RETURN, by)
        reason, fields = reason.strip(), [name for name in LABELS if name in set(fields)]
        if len(reason) not in REASON_LENGTHS or not fields:
            raise BusinessError(rules()["F-023"].message)
        filing.return_reason, filing.return_fields = reason, fields
        filing.save(update_fields=["status", "return_reason", "return_fields", "decided_at", "decided_by"])
        _mirror(filing)
        _note(filing, FilingAction.RETURN, from_status, by, note=reason)
        record("filing.return", filing, by=by, version=filing.version, fields=fields)
        return filing
