"""Opening the service, beginning a version and keeping what was typed."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.http import Http404

from accounts.audit import record
from accounts.divisions import jurisdiction_of
from accounts.enums import Permission
from accounts.models import Jurisdiction, User
from accounts.permissions import require
from autoflow.common.checks import finding
from autoflow.common.errors import BusinessError
from autoflow.common.text import normalise
from filing.checks import DECLARATIONS
from filing.content import ROW_COLUMNS, ROW_MODELS, kept_values, row_values
from filing.enums import STOPPED, FilingAction, FilingStatus, LineStatus
from filing.images import store_image
from filing.models import Enterprise, Filing
from filing.permissions import enterprise_of
from filing.sections import DERIVED, FIELDS, IMAGES
from filing.services.old_filings import claim_old_filing
from filing.steps import ensure_current, lock_filing, note_step
from filing.versions import open_version, version_in_force

BRAND_LINE_KEY = ("brand_id", "producer_id", "authorization_type", "supplier_name")
CONTENT_FIELDS = (*FIELDS, *DERIVED)


@transaction.atomic
def open_service(*, by: User) -> Enterprise:
    """«增加应用»: the account's enterprise enters the service; a second click finds the first one's."""
    User.objects.select_for_update().get(pk=by.pk)
    enterprise = enterprise_of(by)
    if enterprise is not None and enterprise.status != FilingStatus.CANCELLED:
        return enterprise
    require(by, Permission.SERVICE_OPEN)
    enterprise = claim_old_filing(by=by) or _new_enterprise(by)
    enterprise.staff.set(User.objects.filter(uscc=by.uscc, role__in=["MANAGER", "OPERATOR"]))
    record("service.open", enterprise, by=by)
    return enterprise


def _new_enterprise(by):
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
    return enterprise


def _filed_elsewhere(uscc):
    code = Enterprise.objects.exclude(status=FilingStatus.CANCELLED).get(uscc=uscc).jurisdiction_code
    return finding("F-005", "uscc", jurisdiction=Jurisdiction.objects.get(pk=code).name).message


@transaction.atomic
def start_filing(*, by: User) -> Filing:
    """The version under way: the one there is, a copy of the version in force («变更»), or the first one."""
    require(by, Permission.FILING_EDIT)
    found = enterprise_of(by)
    if found is None:
        raise Http404
    enterprise = Enterprise.objects.select_for_update().get(pk=found.pk)
    under_way = open_version(enterprise)
    if under_way is not None:
        return under_way
    if enterprise.status in STOPPED:
        raise BusinessError(f"备案已{enterprise.get_status_display()}，不能填写；请联系当地商务主管部门。")
    in_force = version_in_force(enterprise)
    filing = next_version(in_force) if in_force else first_version(enterprise, by)
    filing.save()
    if in_force:
        copy_rows(in_force, filing, kept_values)
    action = FilingAction.CHANGE if in_force else FilingAction.START
    note_step(filing, action, "", by)
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


def next_version(in_force):
    """The next version begins as the one in force; only the declarations are made anew."""
    names = {f"{name}_id" if name in IMAGES else name for name in CONTENT_FIELDS}
    content = {name: getattr(in_force, name) for name in names} | dict.fromkeys(DECLARATIONS)
    latest = in_force.enterprise.filings.aggregate(latest=Max("version"))["latest"]
    return Filing(enterprise=in_force.enterprise, version=latest + 1, **content)


def copy_rows(source, target, values_of=row_values):
    """All rows, as they were confirmed or as `values_of` reads them; what thereby became one row is one."""
    for name, model in ROW_MODELS.items():
        rows = [model(filing=target, **values_of(name, row)) for row in _rows_of(source, name)]
        model.objects.bulk_create(rows, ignore_conflicts=True)


def _rows_of(filing, name):
    entries = [entry for entry in ("brand", "producer") if f"{entry}_id" in ROW_COLUMNS[name]]
    return getattr(filing, name).order_by("pk").select_related(*entries)


@transaction.atomic
def save_draft(*, filing_id: int, revision: int, values: dict, rows: dict | None = None, by: User) -> Filing:
    """Keep what was typed: fields by identifier (images as CleanImage), sub-tables as whole lists."""
    require(by, Permission.FILING_EDIT)
    filing = lock_filing(filing_id, by)
    ensure_current(filing, revision)
    require(by, Permission.FILING_EDIT, filing)
    for name in values.keys() & FIELDS.keys() - DERIVED:
        setattr(filing, name, store_image(values[name]) if name in IMAGES else _normal(values[name]))
    filing.uscc = filing.enterprise.uscc
    filing.jurisdiction_code = jurisdiction_of(filing.division_code).code if filing.division_code else ""
    filing.index_contact()
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
    rows = [_columns_of(row, columns) for row in rows]
    if name == "brand_lines":
        rows += _ended_lines(filing, rows)
    getattr(filing, name).all().delete()
    model.objects.bulk_create([model(filing=filing, **row) for row in rows])


def _columns_of(row, columns):
    """The row as the model takes it, with the picture that came with it stored."""
    if image := row.get("authorization_image"):
        row = {**row, "authorization_image_id": store_image(image).pk}
    return {column: _normal(row[column]) for column in columns if column in row}


def _brand_line_key(row):
    return tuple(row.get(name, "") for name in BRAND_LINE_KEY)


def _ended_lines(filing, rows):
    listed = {_brand_line_key(row) for row in rows}
    in_force = version_in_force(filing.enterprise)
    lines = _rows_of(in_force, "brand_lines") if in_force else []
    former = [kept_values("brand_lines", line) for line in lines]
    return [{**row, "line_status": LineStatus.ENDED} for row in former if _brand_line_key(row) not in listed]
