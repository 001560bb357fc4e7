"""Rows for tests, valid as they come; traits name the state: `FilingFactory(confirmed=True)`."""

import hashlib
import io
import itertools
from datetime import timedelta
from functools import cache

import factory
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from factory.django import DjangoModelFactory
from PIL import Image, ImageDraw
from stdnum.cn import ric
from stdnum.cn import uscc as credit_code

from accounts.divisions import jurisdiction_of
from accounts.enums import Role
from accounts.models import Notice, User
from autoflow.common.identifiers import body_check_digit, mask_id
from catalog.enums import BrandCategory, CatalogStatus, ProducerKind
from catalog.models import Brand, BrandProducer, Displacement, Producer, VehicleModel
from catalog.names import model_key, name_key
from filing.enums import AuthorizationType, FilingStatus, ImageSlot, PushEvent, PushState
from filing.models import BrandLine, CancellationRequest, Deputy, Enterprise, Filing, PushMessage, StoredImage
from filing.police_message import message_content
from usedcar.enums import ImportStatus
from usedcar.models import ImportBatch, Trade
from usedcar.synthetic import Reporter, trade_rows

PASSWORD = "Correct-horse-2026!"
TRADE_NUMBERS = itertools.count()
SLOT_COLOURS = {
    ImageSlot.LICENCE_ORIGINAL: "#f4ecd8",
    ImageSlot.LICENCE_DUPLICATE: "#d8ecf4",
    ImageSlot.SEAL: "#f4d8d8",
}


def uscc_of(number, division="330106"):
    """A credit code nobody holds, right in both check characters."""
    body = f"MA{number:06d}"
    start = f"91{division}{body}{body_check_digit(body)}"
    return start + credit_code.calc_check_digit(start)


def resident_id_of(number, division="330106"):
    """The number of a person born in 1900 to 1907, right in its check character."""
    start = f"{division}{1900 + number % 8}{number % 12 + 1:02d}{number % 28 + 1:02d}{number % 1000:03d}"
    return start + ric.calc_check_digit(f"{start}0")


@cache
def picture(colour="#f4ecd8", kind="JPEG", size=(900, 640)):
    """The bytes of a small sharp picture."""
    image = Image.new("RGB", size, colour)
    drawing = ImageDraw.Draw(image)
    for offset in range(20, min(size) // 2, 40):
        frame = [offset, offset, size[0] - offset, size[1] - offset]
        drawing.rectangle(frame, outline="#ffffff", width=6)
        drawing.rectangle(frame, outline="#303030", width=3)
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


class UserFactory(DjangoModelFactory):
    """An enterprise manager in 西湖区; authorities by trait at 西湖区, 杭州, 浙江, 宁波, 江苏."""

    class Meta:
        model = User

    class Params:
        operator = factory.Trait(role=Role.OPERATOR)
        county = factory.Trait(role=Role.COUNTY, organisation="西湖区商务局", uscc="")
        city = factory.Trait(role=Role.CITY, organisation="杭州市商务局", uscc="", division_id="330100")
        province = factory.Trait(
            role=Role.PROVINCE, organisation="浙江省商务厅", uscc="", division_id="330000"
        )
        ningbo = factory.Trait(role=Role.PROVINCE, organisation="宁波市商务局", uscc="", division_id="330200")
        jiangsu = factory.Trait(
            role=Role.PROVINCE, organisation="江苏省商务厅", uscc="", division_id="320000"
        )
        nation = factory.Trait(role=Role.NATION, organisation="商务部", uscc="", division_id=None)
        admin = factory.Trait(role=Role.ADMIN, organisation="系统管理", uscc="", division_id=None)
        auditor = factory.Trait(role=Role.AUDITOR, organisation="审计", uscc="", division_id=None)

    username = factory.Sequence("user{}".format)
    role = Role.MANAGER
    division_id = "330106"
    organisation = factory.Sequence("杭州测试{}号汽车有限公司".format)
    uscc = factory.Sequence(uscc_of)
    phone = factory.Sequence(lambda number: f"1381{number % 10_000_000:07d}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.com")
    password = factory.django.Password(PASSWORD)

    @factory.lazy_attribute
    def jurisdiction(self):
        return jurisdiction_of(self.division_id) if self.division_id else None


class NoticeFactory(DjangoModelFactory):
    class Meta:
        model = Notice

    recipient = factory.SubFactory(UserFactory)
    title = factory.Sequence("备案已确认通过（{}）".format)
    text = "可以开始填报。"
    url = "/filing/"


class ProducerFactory(DjangoModelFactory):
    class Meta:
        model = Producer

    name = factory.Sequence("测试{}号汽车制造有限公司".format)
    name_key = factory.LazyAttribute(lambda producer: name_key(producer.name))
    kind = ProducerKind.DOMESTIC
    status = CatalogStatus.APPROVED


class BrandFactory(DjangoModelFactory):
    """A brand with one producer, unless `producers=[…]` are given."""

    class Meta:
        model = Brand
        skip_postgeneration_save = True

    name = factory.Sequence("测试{}号".format)
    name_key = factory.LazyAttribute(lambda brand: name_key(brand.name))
    category = BrandCategory.PASSENGER
    status = CatalogStatus.APPROVED

    @factory.post_generation
    def producers(self, create, extracted, **kwargs):
        for producer in [ProducerFactory()] if extracted is None else extracted:
            BrandProducer.objects.create(brand=self, producer=producer)


class VehicleModelFactory(DjangoModelFactory):
    """A model of a brand and its first producer, with one displacement."""

    class Meta:
        model = VehicleModel
        skip_postgeneration_save = True

    brand = factory.SubFactory(BrandFactory)
    producer = factory.LazyAttribute(lambda model: model.brand.producers.first())
    name = factory.Sequence("车型{}".format)
    name_key = factory.LazyAttribute(
        lambda model: model_key(model.name, brand=model.brand.name, producer=model.producer.name)
    )
    report_category = "SEDAN"
    energy_type = "ICE"
    status = CatalogStatus.APPROVED

    @factory.post_generation
    def displacements(self, create, extracted, **kwargs):
        for value in ["1.5"] if extracted is None else extracted:
            Displacement.objects.create(model=self, value=value, status=self.status)


class EnterpriseFactory(DjangoModelFactory):
    """An enterprise of 西湖区 that opened the service, with a manager of its own unless `staff=[…]` is given.

    The trait `confirmed` sets the status only; take `FilingFactory(confirmed=True)` where the filing matters.
    """

    class Meta:
        model = Enterprise
        skip_postgeneration_save = True

    class Params:
        confirmed = factory.Trait(status=FilingStatus.CONFIRMED)
        ningbo = factory.Trait(division_code="330203")
        market = factory.Trait(types=["B1"])
        used = factory.Trait(types=["B2"])

    uscc = factory.Sequence(lambda number: uscc_of(500_000 + number))
    name = factory.Sequence("杭州测试{}号企业有限公司".format)
    types = factory.LazyFunction(lambda: ["A3"])
    division_code = "330106"
    jurisdiction_code = factory.LazyAttribute(lambda row: jurisdiction_of(row.division_code).code)

    @factory.post_generation
    def staff(self, create, extracted, **kwargs):
        manager = {"organisation": self.name, "uscc": self.uscc, "division_id": self.division_code}
        self.staff.set([UserFactory(**manager)] if extracted is None else extracted)


def stored_image(slot=ImageSlot.LICENCE_ORIGINAL):
    """One of the three pictures, with its bytes, kept once under its hash like any other."""
    content = picture(SLOT_COLOURS[slot])
    sha256 = hashlib.sha256(content).hexdigest()
    size = {"size": len(content), "width": 900, "height": 640}
    image, _ = StoredImage.objects.get_or_create(sha256=sha256, defaults=size)
    if not default_storage.exists(image.storage_name):
        default_storage.save(image.storage_name, ContentFile(content))
    return image


HANDED_IN = {
    "complete": True,
    "submitted_at": factory.LazyFunction(timezone.now),
    "submitted_by": factory.LazyAttribute(lambda filing: filing.enterprise.staff.first()),
    "due_at": factory.LazyFunction(lambda: timezone.now() + timedelta(days=7)),
    "confirm_level": "COUNTY",
    "confirm_body": "西湖区商务局",
    "content_hash": factory.Sequence(lambda number: hashlib.sha256(f"{number}".encode()).hexdigest()),
}
DECIDED = {
    "decided_at": factory.LazyFunction(timezone.now),
    "decided_by": factory.LazyAttribute(lambda filing: UserFactory(county=True)),
}
OF_ENTERPRISE = {
    "enterprise_name": factory.SelfAttribute("enterprise.name"),
    "uscc": factory.SelfAttribute("enterprise.uscc"),
    "enterprise_types": factory.SelfAttribute("enterprise.types"),
    "division_code": factory.SelfAttribute("enterprise.division_code"),
    "jurisdiction_code": factory.SelfAttribute("enterprise.jurisdiction_code"),
}
COMMON = {
    "legal_representative": "测试法人",
    "registered_capital": "500.0000",
    "capital_currency": "CNY",
    "registration_category": "DOMESTIC",
    "established_on": factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=30)),
    "registered_address": "浙江省杭州市西湖区测试路1号",
    "business_address": "浙江省杭州市西湖区测试路1号",
    "contact_name": "测试联系人",
    "contact_mobile": "13800000001",
    "contact_email": "contact@example.com",
    "employee_count": 60,
    "business_area": "6000.00",
    "image_sync_acknowledged": True,
    "truth_declared": True,
}
NEWCAR = {
    "business_modes": ["FOUR_S"],
    "vehicle_scope": ["PASSENGER"],
    "sells_nev": True,
    "sells_import": False,
    "showroom_count": 1,
    "showroom_area": "1200.00",
    "used_car_business": False,
}
USED = {
    "place_type": "OWN_SITE",
    "used_staff_count": 10,
    "appraiser_count": 2,
    "can_issue_invoice": factory.LazyAttribute(lambda filing: not {"B3", "B5"} & {*filing.enterprise.types}),
    "market_name": "测试二手车交易市场",
    "market_opened_on": factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=20)),
    "land_area": "5000.00",
    "hall_area": "800.00",
    "parking_capacity": 300,
    "resident_merchant_count": 20,
    "market_services": ["INVOICE"],
    "display_slots": 50,
    "warranty_offered": True,
    "broker_count": 3,
    "auction_licence_no": "浙商拍字第0001号",
    "auctioneer_count": 1,
    "senior_appraiser_count": 1,
    "appraisal_standard": "GB/T 30323",
}
IMAGES = {slot: factory.LazyFunction(lambda slot=slot: stored_image(slot)) for slot in ImageSlot.values}


class FilingFactory(DjangoModelFactory):
    """A fresh draft of an A3 dealer; the enterprise's status follows that of the newest version.

    Traits: complete (passes the checks of submission), submitted (waits at 西湖区), confirmed, returned,
    changed (a second version waits while the first is in force).
    """

    class Meta:
        model = Filing
        skip_postgeneration_save = True

    class Params:
        complete = factory.Trait(**COMMON, **NEWCAR, **USED, **IMAGES)
        submitted = factory.Trait(status=FilingStatus.SUBMITTED, **HANDED_IN)
        confirmed = factory.Trait(status=FilingStatus.CONFIRMED, is_in_force=True, **HANDED_IN, **DECIDED)
        returned = factory.Trait(
            status=FilingStatus.RETURNED,
            return_reason="营业执照影像不清晰，请重新上传。",
            return_fields=["licence_original_image"],
            **HANDED_IN,
            **DECIDED,
        )
        changed = factory.Trait(status=FilingStatus.CHANGED, version=2, **HANDED_IN)

    enterprise = factory.SubFactory(EnterpriseFactory)
    version = 1
    enterprise_name = OF_ENTERPRISE["enterprise_name"]
    uscc = OF_ENTERPRISE["uscc"]
    enterprise_types = OF_ENTERPRISE["enterprise_types"]
    division_code = OF_ENTERPRISE["division_code"]
    jurisdiction_code = OF_ENTERPRISE["jurisdiction_code"]

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        if kwargs.get("status") == FilingStatus.CHANGED:
            FilingFactory(enterprise=kwargs["enterprise"], confirmed=True)
        return super()._create(model_class, *args, **kwargs)

    @factory.post_generation
    def brand_lines(self, create, extracted, **kwargs):
        """An A-type enterprise has one authorised brand; `brand_lines=[]` leaves it without."""
        sells_new = {"A1", "A2", "A3"} & {*self.enterprise_types}
        if extracted is None and sells_new and self.capital_currency:
            BrandLineFactory(filing=self)

    @factory.post_generation
    def mirrored_status(self, create, extracted, **kwargs):
        Enterprise.objects.filter(pk=self.enterprise_id).update(status=self.status)
        self.enterprise.status = self.status


class BrandLineFactory(DjangoModelFactory):
    """An authorised brand of an approved producer."""

    class Meta:
        model = BrandLine

    filing = factory.SubFactory(FilingFactory)
    brand = factory.SubFactory(BrandFactory)
    producer = factory.LazyAttribute(lambda line: line.brand.producers.first())
    authorization_type = AuthorizationType.AUTHORIZED
    supplier_name = "测试汽车销售总公司"
    authorized_from = factory.LazyFunction(timezone.localdate)
    authorized_to = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=6 * 365))


class DeputyFactory(DjangoModelFactory):
    """From today on for some days, a colleague decides for an officer of 西湖区."""

    class Meta:
        model = Deputy

    absent = factory.SubFactory(UserFactory, county=True)
    role = factory.SelfAttribute("absent.role")
    division_code = factory.SelfAttribute("absent.division_id")
    deputy = factory.SubFactory(UserFactory, county=True)
    deputy_role = factory.SelfAttribute("deputy.role")
    deputy_division_code = factory.SelfAttribute("deputy.division_id")
    starts_on = factory.LazyFunction(timezone.localdate)
    ends_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=5))
    reason = "休假"
    set_by = factory.SelfAttribute("absent")


class PushMessageFactory(DjangoModelFactory):
    """Word to the traffic police of a confirmed filing that waits; traits: delivered, failed."""

    class Meta:
        model = PushMessage

    class Params:
        delivered = factory.Trait(
            state=PushState.DELIVERED,
            tries=1,
            delivered_at=factory.LazyFunction(timezone.now),
            receipt="JG-00000007",
            last_status=200,
            last_answer="接收端已收下",
        )
        failed = factory.Trait(
            state=PushState.FAILED,
            tries=1,
            failed_at=factory.LazyFunction(timezone.now),
            last_status=400,
            last_answer="接收端认为内容不符合约定（400），已停止推送",
        )

    filing = factory.SubFactory(FilingFactory, confirmed=True)
    enterprise = factory.SelfAttribute("filing.enterprise")
    uscc = factory.SelfAttribute("filing.uscc")
    number = factory.LazyAttribute(lambda push: PushMessage.objects.filter(uscc=push.uscc).count() + 1)
    event = PushEvent.CONFIRMED
    content = factory.LazyAttribute(
        lambda push: message_content(push.filing, event=PushEvent(push.event), number=push.number)
    )


class CancellationFactory(DjangoModelFactory):
    """An enterprise's wish to be struck off, waiting at 西湖区."""

    class Meta:
        model = CancellationRequest

    enterprise = factory.SubFactory(EnterpriseFactory, confirmed=True)
    reason = "企业停业，不再经营汽车业务。"
    asked_by = factory.LazyAttribute(lambda wish: wish.enterprise.staff.first())
    jurisdiction_code = factory.SelfAttribute("enterprise.jurisdiction_code")
    division_code = factory.SelfAttribute("enterprise.division_code")
    confirm_level = "COUNTY"
    confirm_body = "西湖区商务局"


class ImportBatchFactory(DjangoModelFactory):
    """An uploaded workbook of a confirmed used-car dealer; the trait `checked` waits for the user's word."""

    class Meta:
        model = ImportBatch

    class Params:
        checked = factory.Trait(status=ImportStatus.CHECKED, total_count=3, checked_count=3, good_count=3)

    enterprise = factory.SubFactory(EnterpriseFactory, confirmed=True, used=True)
    uploaded_by = factory.LazyAttribute(lambda batch: batch.enterprise.staff.first())
    file_name = factory.Sequence("二手车交易{}.xlsx".format)
    file_sha256 = factory.Sequence(lambda number: hashlib.sha256(f"file {number}".encode()).hexdigest())


def trade_row(enterprise):
    """The columns of a trade of today that keeps every rule and that nobody reported yet."""
    reporter = Reporter(enterprise.uscc, enterprise.name, enterprise.division_code, enterprise.types[0])
    today, number = timezone.localdate(), next(TRADE_NUMBERS)
    row = dict(*trade_rows(1, days=[today], reporter=reporter, first=number))
    masks = {f"{party}_id_mask": mask_id(row[f"{party}_id_number"]) for party in ("seller", "buyer")}
    return {**row, **masks}


class TradeFactory(DjangoModelFactory):
    """A trade reported by a confirmed used-car dealer of 西湖区; columns come from the synthetic rows."""

    class Meta:
        model = Trade

    enterprise = factory.SubFactory(EnterpriseFactory, confirmed=True, used=True)
    jurisdiction_code = factory.SelfAttribute("enterprise.jurisdiction_code")
    division_code = factory.SelfAttribute("enterprise.division_code")
    reported_by = factory.LazyAttribute(lambda trade: trade.enterprise.staff.first())
    reported_at = factory.LazyFunction(timezone.now)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return super()._create(model_class, *args, **{**trade_row(kwargs["enterprise"]), **kwargs})
