"""The versions of a filing and the steps of their life."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.db.models.functions import Upper

from accounts.models import User
from autoflow.common.constraints import paired
from autoflow.common.crypto import EncryptedTextField, blind_index
from autoflow.common.text import normalise_number
from autoflow.common.workflow import StateMachine
from filing.columns import column
from filing.enums import AWAITING, EDITABLE, ConfirmLevel, FilingAction, FilingStatus
from filing.models.enterprises import Enterprise
from filing.models.images import image_column
from filing.querysets import FilingQuerySet


class Filing(StateMachine, models.Model):
    """One version of an enterprise's filing (备案). Handing it in freezes it; the confirmed one in force
    stays so until the next.
    """

    Action = FilingAction
    TRANSITIONS = {
        FilingAction.SUBMIT: ({FilingStatus.DRAFT, FilingStatus.RETURNED}, FilingStatus.SUBMITTED),
        FilingAction.SUBMIT_CHANGE: ({FilingStatus.DRAFT, FilingStatus.RETURNED}, FilingStatus.CHANGED),
        FilingAction.MOVE: ({FilingStatus.DRAFT, FilingStatus.RETURNED}, FilingStatus.SUBMITTED),
        FilingAction.WITHDRAW: ({*AWAITING}, FilingStatus.DRAFT),
        FilingAction.CONFIRM: ({*AWAITING}, FilingStatus.CONFIRMED),
        FilingAction.RETURN: ({*AWAITING}, FilingStatus.RETURNED),
        FilingAction.SUSPEND: ({FilingStatus.CONFIRMED}, FilingStatus.SUSPENDED),
        FilingAction.RESUME: ({FilingStatus.SUSPENDED}, FilingStatus.CONFIRMED),
        FilingAction.CANCEL: ({*FilingStatus} - {FilingStatus.CANCELLED}, FilingStatus.CANCELLED),
    }

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="filings", verbose_name="企业")
    version = models.PositiveIntegerField("版本")
    status = models.CharField("状态", max_length=9, choices=FilingStatus, default=FilingStatus.DRAFT)
    is_in_force = models.BooleanField("有效版本", default=False)
    is_given_up = models.BooleanField("已放弃", default=False)
    revision = models.PositiveIntegerField("修改次数", default=0)
    content_hash = models.CharField("内容摘要", max_length=64, blank=True, db_collation="C")
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    saved_at = models.DateTimeField("保存时间", auto_now=True)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    submitted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="提交人"
    )
    due_at = models.DateTimeField("确认期限", null=True, blank=True)
    opened_at = models.DateTimeField("开始办理时间", null=True, blank=True)
    opened_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="开始办理人"
    )
    confirm_level = models.CharField("确认层级", max_length=8, choices=ConfirmLevel, blank=True)
    confirm_body = models.CharField("确认机构", max_length=60, blank=True)
    decided_at = models.DateTimeField("办理时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理人"
    )
    return_reason = models.CharField("退回原因", max_length=500, blank=True)
    return_fields = models.JSONField("问题项", default=list, blank=True)
    is_from_old_system = models.BooleanField("由原系统导入", default=False)
    verify_token = models.CharField(
        "查验码", max_length=32, null=True, blank=True, unique=True, db_collation="C"
    )
    verify_reason = models.CharField("重新核实意见", max_length=500, blank=True)

    enterprise_name = column("FILING_COMMON", "enterprise_name")
    uscc = column("FILING_COMMON", "uscc")
    enterprise_types = column("FILING_COMMON", "enterprise_types")
    legal_representative = column("FILING_COMMON", "legal_representative")
    registered_capital = column("FILING_COMMON", "registered_capital")
    capital_currency = column("FILING_COMMON", "capital_currency")
    registration_category = column("FILING_COMMON", "registration_category")
    established_on = column("FILING_COMMON", "established_on")
    licence_valid_until = column("FILING_COMMON", "licence_valid_until")
    registration_authority = column("FILING_COMMON", "registration_authority")
    business_scope = column("FILING_COMMON", "business_scope")
    division_code = models.CharField("所在地区", max_length=6, blank=True, default="", db_collation="C")
    jurisdiction_code = models.CharField("受理机构", max_length=6, blank=True, default="", db_collation="C")
    registered_address = column("FILING_COMMON", "registered_address")
    business_address = column("FILING_COMMON", "business_address")
    postal_code = column("FILING_COMMON", "postal_code")
    opened_on = column("FILING_COMMON", "opened_on")
    contact_name = column("FILING_COMMON", "contact_name")
    contact_mobile = EncryptedTextField("联系手机", blank=True, default="")
    contact_mobile_index = models.BinaryField("联系手机索引", blank=True, default=b"", editable=False)
    contact_phone = EncryptedTextField("固定电话", blank=True, default="")
    contact_email = column("FILING_COMMON", "contact_email")
    website = column("FILING_COMMON", "website")
    group_name = column("FILING_COMMON", "group_name")
    group_uscc = column("FILING_COMMON", "group_uscc")
    employee_count = column("FILING_COMMON", "employee_count")
    business_area = column("FILING_COMMON", "business_area")
    licence_original_image = image_column("营业执照正本影像")
    licence_duplicate_image = image_column("营业执照副本影像")
    seal_image = image_column("公章影像")
    image_sync_acknowledged = column("FILING_COMMON", "image_sync_acknowledged")
    truth_declared = column("FILING_COMMON", "truth_declared")
    remark = column("FILING_COMMON", "remark")

    business_modes = column("FILING_NEWCAR", "business_modes")
    vehicle_scope = column("FILING_NEWCAR", "vehicle_scope")
    sells_nev = column("FILING_NEWCAR", "sells_nev")
    sells_import = column("FILING_NEWCAR", "sells_import")
    showroom_count = column("FILING_NEWCAR", "showroom_count")
    showroom_area = column("FILING_NEWCAR", "showroom_area")
    workshop_area = column("FILING_NEWCAR", "workshop_area")
    service_bay_count = column("FILING_NEWCAR", "service_bay_count")
    sales_staff_count = column("FILING_NEWCAR", "sales_staff_count")
    service_staff_count = column("FILING_NEWCAR", "service_staff_count")
    charger_count = column("FILING_NEWCAR", "charger_count")
    used_car_business = column("FILING_NEWCAR", "used_car_business")

    place_type = column("FILING_USED", "place_type")
    resident_market = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所在交易市场"
    )
    used_staff_count = column("FILING_USED", "used_staff_count")
    appraiser_count = column("FILING_USED", "appraiser_count")
    can_issue_invoice = column("FILING_USED", "can_issue_invoice")
    reverse_invoice_registered = column("FILING_USED", "reverse_invoice_registered")
    market_name = column("FILING_USED_MARKET", "market_name")
    market_opened_on = column("FILING_USED_MARKET", "market_opened_on")
    land_area = column("FILING_USED_MARKET", "land_area")
    hall_area = column("FILING_USED_MARKET", "hall_area")
    parking_capacity = column("FILING_USED_MARKET", "parking_capacity")
    resident_merchant_count = column("FILING_USED_MARKET", "resident_merchant_count")
    market_services = column("FILING_USED_MARKET", "market_services")
    display_slots = column("FILING_USED_OTHER", "display_slots")
    warranty_offered = column("FILING_USED_OTHER", "warranty_offered")
    brand_certified = column("FILING_USED_OTHER", "brand_certified")
    broker_count = column("FILING_USED_OTHER", "broker_count")
    auction_licence_no = column("FILING_USED_OTHER", "auction_licence_no")
    auction_licence_until = column("FILING_USED_OTHER", "auction_licence_until")
    auctioneer_count = column("FILING_USED_OTHER", "auctioneer_count")
    auction_platform_url = column("FILING_USED_OTHER", "auction_platform_url")
    senior_appraiser_count = column("FILING_USED_OTHER", "senior_appraiser_count")
    inspection_equipment = column("FILING_USED_OTHER", "inspection_equipment")
    appraisal_standard = column("FILING_USED_OTHER", "appraisal_standard")

    objects = FilingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "备案"
        constraints = [
            CheckConstraint(name="filing_status_known", condition=Q(status__in=FilingStatus.values)),
            CheckConstraint(name="filing_submitted_pair", condition=paired("submitted_at", "submitted_by")),
            CheckConstraint(name="filing_decided_pair", condition=paired("decided_at", "decided_by")),
            CheckConstraint(name="filing_opened_pair", condition=paired("opened_at", "opened_by")),
            CheckConstraint(
                name="filing_handed_in_complete",
                condition=Q(status__in=["DRAFT", "RETURNED", "CANCELLED"])
                | (Q(submitted_at__isnull=False) & ~Q(content_hash="") & ~Q(confirm_level="")),
                violation_error_message="已提交的备案须有提交时间、内容摘要和确认层级。",
            ),
            CheckConstraint(
                name="filing_returned_with_reason",
                condition=~Q(status=FilingStatus.RETURNED) | ~Q(return_reason=""),
                violation_error_message="请填写退回原因，并指明需修改的项目。",
            ),
            UniqueConstraint(fields=["enterprise", "version"], name="filing_version_unique"),
            UniqueConstraint(
                fields=["enterprise"],
                condition=Q(status__in=["DRAFT", "SUBMITTED", "RETURNED", "CHANGED"], is_given_up=False),
                name="filing_one_open_per_enterprise",
                violation_error_message="该企业已有一份正在办理的备案，请勿重复提交。",
            ),
            UniqueConstraint(
                fields=["enterprise"],
                condition=Q(is_in_force=True),
                name="filing_one_in_force_per_enterprise",
                violation_error_message="一个企业只能有一个有效版本。",
            ),
            CheckConstraint(
                name="filing_given_up_is_over",
                condition=Q(is_given_up=False) | Q(status__in=["DRAFT", "RETURNED"], is_in_force=False),
                violation_error_message="只有草稿或退回的变更可以放弃。",
            ),
        ]
        indexes = [
            models.Index(
                fields=["jurisdiction_code", "division_code", "submitted_at", "id"],
                condition=Q(status__in=["SUBMITTED", "CHANGED"]),
                name="filing_awaiting",
            ),
            models.Index(
                fields=["jurisdiction_code", "confirm_level", "submitted_at", "id"],
                condition=Q(status__in=["SUBMITTED", "CHANGED"]),
                name="filing_queue",
            ),
            models.Index(fields=["jurisdiction_code", "submitted_at", "id"], name="filing_area"),
            models.Index(fields=["submitted_at", "id"], name="filing_nation"),
            models.Index(
                fields=["contact_mobile_index"],
                condition=~Q(contact_mobile_index=b""),
                name="filing_same_mobile",
            ),
            models.Index(Upper("contact_email"), name="filing_same_email"),
            models.Index(fields=["enterprise_name"], name="filing_same_name"),
            models.Index(fields=["uscc"], name="filing_same_uscc"),
        ]

    def __str__(self):
        return f"{self.enterprise_name or self.enterprise.name} 备案第{self.version}版"

    @property
    def is_open(self):
        """Under way still, as `open_versions` picks it."""
        return self.status in (*EDITABLE, *AWAITING) and not self.is_given_up

    @property
    def was_confirmed(self):
        """Whether this version is in force, or was until a newer one was confirmed."""
        return self.is_in_force or self.status == FilingStatus.CONFIRMED

    @property
    def is_change(self):
        """Whether the enterprise was confirmed before, so that this version changes a filing in force."""
        return self.version > 1

    def index_contact(self):
        """Makes the encrypted mobile findable by its exact value, for the same one in other filings."""
        number = normalise_number(self.contact_mobile)
        self.contact_mobile_index = blind_index("mobile", number) if number else b""

    @property
    def state_text(self):
        """The state in its own word, said of a version that was given up as well."""
        return "已放弃" if self.is_given_up else self.get_status_display()


class FilingEvent(models.Model):
    """One step in the life of a filing, for its history."""

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="events")
    action = models.CharField("动作", max_length=16, choices=FilingAction)
    from_status = models.CharField("原状态", max_length=9, choices=FilingStatus, blank=True)
    to_status = models.CharField("新状态", max_length=9, choices=FilingStatus)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="经办人")
    on_behalf_of = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="被代办人"
    )
    at = models.DateTimeField("时间", auto_now_add=True)
    note = models.CharField("说明", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "备案经过"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["by", "at"], name="filingevent_by"),
            models.Index(fields=["filing"], condition=Q(action="REVERIFY"), name="filingevent_reverify"),
        ]

    @property
    def by_text(self):
        """Who did it, and for whom when he stood in for somebody."""
        return f"{self.by}，代{self.on_behalf_of}办理" if self.on_behalf_of else str(self.by)
