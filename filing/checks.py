"""The rules of a filing at submission: pure functions on its content, messages from rules.csv."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from autoflow.common import identifiers
from autoflow.common.checks import Finding, Severity, finding, invalid, required
from autoflow.common.images import is_hard_to_read
from filing.sections import FIELDS, IMAGES, NEWCAR_TYPES, parts_for

FOUNDED = date(1949, 10, 1)
DAYS_TO_REPORT_CHANGE = 30
DAYS_TO_FILE_NEWCAR, MONTHS_TO_FILE_USED = 90, 2
USUAL_FIRST_YEARS, USUAL_RENEWAL_YEARS = 5, 3
POSTAL_CODE = re.compile(r"\d{6}", re.ASCII)
INVOICING_TYPES = {"B1", "B2", "B4"}
TRADING_TYPES = {"B2", "B3", "B4"}
DECLARATIONS = ("image_sync_acknowledged", "truth_declared")
PARTS_OF_WHOLE = (
    ("business_area", ("showroom_area", "workshop_area")),
    ("employee_count", ("sales_staff_count", "service_staff_count")),
    ("employee_count", ("used_staff_count",)),
    ("employee_count", ("appraiser_count",)),
    ("employee_count", ("broker_count",)),
    ("appraiser_count", ("senior_appraiser_count",)),
)


@dataclass(frozen=True)
class Context:
    """What the content alone does not tell: the day, whether it changes a filing in force and since when
    the licence says something else, what the catalogue approved.
    """

    today: date
    is_change: bool = False
    approved_pairs: frozenset = frozenset()
    foreign_producers: frozenset = frozenset()
    licence_changes: Mapping[str, date] = field(default_factory=dict)


def check_filing(content: Mapping, context: Context) -> Iterator[Finding]:
    """Every rule that concerns the types chosen; fields of other parts are not looked at."""
    relevant = _relevant(content)
    yield from check_required(relevant)
    yield from check_texts(relevant)
    yield from check_identifiers(relevant)
    yield from check_contacts(relevant)
    yield from check_dates(relevant, context)
    yield from check_types(relevant)
    yield from check_images(relevant)
    yield from check_figures(relevant)
    yield from check_brand_lines(relevant, context)
    yield from check_authorization_lines(relevant)
    yield from check_residents(relevant)


def _relevant(content):
    """The content with what does not concern the enterprise's types left out."""
    types = content["enterprise_types"]
    parts = parts_for(types)
    names = {spec.identifier for part in parts for spec in part.fields_for(types)}
    rows = {part.row_set for part in parts if part.row_set}
    return {name: value for name, value in content.items() if name in names or name in rows}


def _is_empty(value):
    return value is None or value == "" or value == []


def check_required(content):
    """R always, C on its condition; ticks and the auction licence have rules of their own."""
    for name, spec in FIELDS.items():
        if name not in content or not _is_empty(content[name]):
            continue
        if name == "enterprise_types":
            yield finding("F-006", name)
        elif name == "auction_licence_no":
            yield finding("F-018", name)
        elif name == "market_services":
            message = "没有勾选任何市场配套服务，请确认市场内确实没有这些服务。"
            yield invalid(name, message, severity=Severity.WARN)
        elif name not in DECLARATIONS and (spec.required == "R" or _is_asked_for(name, content)):
            yield required(name, spec.label, spec.kind)
    for name in DECLARATIONS:
        if not content[name]:
            yield finding("F-019", name)


def _is_asked_for(name, content):
    if name == "registered_capital":
        return not content["uscc"].startswith("92")
    return name == "resident_market_id" and content.get("place_type") == "IN_MARKET"


def check_texts(content):
    """Lengths and shapes no numbered rule names, save that of the enterprise's name."""
    for name, spec in FIELDS.items():
        value = content.get(name)
        if spec.kind != "text" or not value or not spec.min_length:
            continue
        if len(value) < spec.min_length:
            message = f"“{spec.label}”至少 {spec.min_length} 个字，请填写完整。"
            yield finding("F-001", name) if name == "enterprise_name" else invalid(name, message)
    if content["postal_code"] and not POSTAL_CODE.fullmatch(content["postal_code"]):
        yield invalid("postal_code", "邮政编码应为 6 位数字。")
    for name in ("website", "auction_platform_url"):
        if content.get(name) and not _is_web_address(content[name]):
            yield invalid(name, f"“{FIELDS[name].label}”应以 http:// 或 https:// 开头，无则不填。")


def _is_web_address(text):
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and "." in parts.netloc and not re.search(r"\s", text)


def check_identifiers(content):
    """The credit codes of the enterprise and of its group."""
    uscc = content["uscc"]
    yield from _uscc_findings("uscc", uscc)
    if uscc and not uscc.startswith("9"):
        yield finding("F-004", "uscc")
    yield from _uscc_findings("group_uscc", content["group_uscc"])


def _uscc_findings(field, value):
    for rule in identifiers.uscc_faults(value) if value else ():
        yield finding(rule, field)


def check_contacts(content):
    if content["contact_mobile"] and not identifiers.is_mobile(content["contact_mobile"]):
        yield finding("F-009", "contact_mobile")
    if content["contact_phone"] and not identifiers.is_landline(content["contact_phone"]):
        yield invalid("contact_phone", "固定电话应含区号，例如 0571-87654321，或为 400、800 号码。")
    try:
        if content["contact_email"]:
            validate_email(content["contact_email"])
    except ValidationError:
        yield finding("F-010", "contact_email")


def check_dates(content, context):
    established, opened = content["established_on"], content["opened_on"]
    if established and not FOUNDED <= established <= context.today:
        yield invalid("established_on", "成立日期须在 1949-10-01 至今天之间，请对照营业执照填写。")
    elif (
        established
        and not context.is_change
        and is_late(established, content["enterprise_types"], context.today)
    ):
        yield finding("F-020", "established_on")
    late = timedelta(days=DAYS_TO_REPORT_CHANGE)
    for name, changed_on in context.licence_changes.items():
        if context.today > changed_on + late:
            yield finding("F-022", name)
            break
    if content["licence_valid_until"] and content["licence_valid_until"] < context.today:
        yield finding("F-013", "licence_valid_until")
    if established and opened and opened < established:
        yield invalid("opened_on", "开业日期不能早于成立日期。")
    if content.get("market_opened_on") and content["market_opened_on"] > context.today:
        yield invalid("market_opened_on", "开业时间不能晚于今天。")


def is_late(established, enterprise_types, today):
    """90 days for new-car enterprises, two months for used-car ones, from the licence on."""
    types = set(enterprise_types)
    if types & NEWCAR_TYPES and today > established + timedelta(days=DAYS_TO_FILE_NEWCAR):
        return True
    return bool(types - NEWCAR_TYPES) and today > _months_later(established, MONTHS_TO_FILE_USED)


def _months_later(day, count):
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))


def check_types(content):
    types = set(content["enterprise_types"])
    if "B5" in types and types & TRADING_TYPES:
        yield finding("F-007", "enterprise_types")
    if content.get("used_car_business") and "B2" not in types:
        message = "开展二手车业务的，请在企业类型中加选“二手车经销企业”，否则不能填报二手车交易信息。"
        yield invalid("used_car_business", message, severity=Severity.INFO)
    if not types & INVOICING_TYPES and content.get("can_issue_invoice"):
        yield invalid("can_issue_invoice", "经纪企业、鉴定评估机构不能开具二手车销售统一发票，请选择“否”。")


def check_images(content):
    original, duplicate = content["licence_original_image"], content["licence_duplicate_image"]
    if original and duplicate and original["sha256"] == duplicate["sha256"]:
        yield finding("F-014", "licence_duplicate_image")
    for name in IMAGES:
        image = content[name]
        facts = ("width", "height", "sharpness")
        if image and is_hard_to_read(**{fact: image[fact] for fact in facts}):
            yield finding("F-012", name)


def check_figures(content):
    """Parts that are more than their whole."""
    for whole, parts in PARTS_OF_WHOLE:
        given = [content[name] for name in parts if content.get(name) is not None]
        if given and content.get(whole) is not None and sum(given) > content[whole]:
            yield finding("F-021", parts[0])
    land, hall = content.get("land_area"), content.get("hall_area")
    if land == 0:
        yield invalid("land_area", "占地面积须大于 0。")
    elif land and hall and hall > land * 10:
        yield finding("F-021", "hall_area")
    residents, count = content.get("residents") or (), content.get("resident_merchant_count")
    if count is not None and len(residents) > count:
        yield finding("F-021", "resident_merchant_count")
    if content["registered_capital"] == 0:
        yield invalid("registered_capital", "注册资本须大于 0。")
    if content.get("auctioneer_count") == 0:
        yield invalid("auctioneer_count", "注册拍卖师人数为 0，请核对。", severity=Severity.WARN)


def _control(row_set, number, column):
    return f"{row_set}-{number}-{column}"


def _rows(content, row_set):
    return list(enumerate(content.get(row_set) or ()))


def check_brand_lines(content, context):
    """At least one brand, each of the approved catalogue, authorizations with their term."""
    if "brand_lines" not in content:
        return
    lines = [
        (number, line) for number, line in _rows(content, "brand_lines") if line["line_status"] == "ACTIVE"
    ]
    if not lines:
        yield finding("F-015", "brand_lines")
    for number, line in lines:
        if (line["brand_id"], line["producer_id"]) not in context.approved_pairs:
            yield finding("F-016", _control("brand_lines", number, "producer_id"))
        yield from _check_supplier(number, line)
        yield from _check_authorization_term(number, line, context)
    imports = any(line["producer_id"] in context.foreign_producers for _, line in lines)
    if content.get("sells_import") and lines and not imports:
        message = "已选“销售进口汽车”，但品牌与生产商中没有境外生产商，请核对。"
        yield invalid("sells_import", message, severity=Severity.WARN)


def _check_supplier(number, line):
    if not line["authorization_type"]:
        yield required(_control("brand_lines", number, "authorization_type"), "授权类型")
    if len(line["supplier_name"]) < 2:
        yield required(_control("brand_lines", number, "supplier_name"), "供应商名称")
    yield from _uscc_findings(_control("brand_lines", number, "supplier_uscc"), line["supplier_uscc"])


def _check_authorization_term(number, line, context):
    """Only an authorized brand has a term; dates left from before it was 非授权 are not looked at."""
    if line["authorization_type"] != "AUTHORIZED":
        return
    start, end = line["authorized_from"], line["authorized_to"]
    for column, label in (("authorized_from", "授权期起"), ("authorized_to", "授权期止")):
        if not line[column]:
            yield required(_control("brand_lines", number, column), label)
    if start and end:
        usual = USUAL_RENEWAL_YEARS if context.is_change else USUAL_FIRST_YEARS
        if end <= start:
            yield invalid(_control("brand_lines", number, "authorized_to"), "授权期止须晚于授权期起。")
        elif _months_later(start, usual * 12) - timedelta(days=1) > end:
            yield finding("F-017", _control("brand_lines", number, "authorized_to"))


def check_authorization_lines(content):
    """Grants of an OEM or general importer, only for brands it has itself."""
    if "authorization_lines" not in content:
        return
    own = {line["brand_id"] for line in content["brand_lines"]}
    for number, line in _rows(content, "authorization_lines"):
        if line["brand_id"] not in own:
            message = "授权品牌须在本企业的“品牌与生产商”中，请先添加该品牌。"
            yield invalid(_control("authorization_lines", number, "brand_id"), message)
        for column, label in (("grantee_name", "被授权企业名称"), ("grantee_role", "授权角色")):
            if not line[column]:
                yield required(_control("authorization_lines", number, column), label)
        control = _control("authorization_lines", number, "grantee_uscc")
        if not line["grantee_uscc"]:
            yield required(control, "被授权企业统一社会信用代码")
        yield from _uscc_findings(control, line["grantee_uscc"])
        if line["valid_to"] <= line["valid_from"]:
            yield invalid(_control("authorization_lines", number, "valid_to"), "授权期止须晚于授权期起。")
        if "A2" in content["enterprise_types"] and not line["upstream_name"]:
            yield required(_control("authorization_lines", number, "upstream_name"), "境外授权方")


def check_residents(content):
    for number, line in _rows(content, "residents"):
        yield from _uscc_findings(_control("residents", number, "uscc"), line["uscc"])
        if line["until"] and line["until"] < line["since"]:
            yield invalid(_control("residents", number, "until"), "退出日期不能早于入驻日期。")
