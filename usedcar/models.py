"""Used-car trades (二手车交易), their past versions, the imports they come from and the faults found."""

from django.contrib.postgres.indexes import HashIndex
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.db.models.functions import Left, Reverse

from accounts.models import User
from autoflow.common.codes import choices
from autoflow.common.constraints import paired
from autoflow.common.crypto import EncryptedTextField
from autoflow.common.leases import Leased
from autoflow.common.workflow import StateMachine
from filing.models import Enterprise
from usedcar.annual_models import MarketYear  # noqa: F401 -- Django looks for it here
from usedcar.enums import (
    UNFINISHED,
    DealerDirection,
    ImportAction,
    ImportStatus,
    InvoiceKind,
    Origin,
    PartyKind,
    PlateStatus,
    TradeAction,
    TradeStatus,
    VinReason,
)
from usedcar.list_models import SavedFilter, TradeExport  # noqa: F401
from usedcar.market_models import MarketMonth, MarketSummary  # noqa: F401 -- Django looks for them here
from usedcar.querysets import EventQuerySet, ImportQuerySet, TradeQuerySet
from usedcar.request_models import Correction, Release  # noqa: F401


class TradeColumns(models.Model):
    """What is reported of one trade: the two parties, the vehicle and the deal, as on the unified invoice."""

    seller_party_kind = models.CharField("卖方类别", max_length=6, choices=PartyKind)
    seller_name = models.CharField("卖方名称（姓名）", max_length=100)
    seller_uscc = models.CharField(
        "卖方统一社会信用代码", max_length=18, blank=True, default="", db_collation="C"
    )
    seller_nationality = models.CharField("卖方国籍", max_length=2, blank=True, default="")
    seller_ethnic_group = models.CharField("卖方民族", max_length=2, blank=True, default="")
    seller_id_type = models.CharField("卖方证件类型", max_length=16, blank=True, default="")
    seller_id_number = EncryptedTextField("卖方证件号码", bound_to="usedcar_trade", blank=True, default="")
    seller_id_key = models.BinaryField(default=b"")
    seller_id_mask = models.CharField("卖方证件号码（掩码）", max_length=40, blank=True, default="")
    seller_phone = EncryptedTextField("卖方电话", bound_to="usedcar_trade", blank=True, default="")
    seller_address = EncryptedTextField("卖方地址", bound_to="usedcar_trade", blank=True, default="")

    buyer_party_kind = models.CharField("买方类别", max_length=6, choices=PartyKind)
    buyer_name = models.CharField("买方名称（姓名）", max_length=100)
    buyer_uscc = models.CharField(
        "买方统一社会信用代码", max_length=18, blank=True, default="", db_collation="C"
    )
    buyer_nationality = models.CharField("买方国籍", max_length=2, blank=True, default="")
    buyer_ethnic_group = models.CharField("买方民族", max_length=2, blank=True, default="")
    buyer_id_type = models.CharField("买方证件类型", max_length=16, blank=True, default="")
    buyer_id_number = EncryptedTextField("买方证件号码", bound_to="usedcar_trade", blank=True, default="")
    buyer_id_key = models.BinaryField(default=b"")
    buyer_id_mask = models.CharField("买方证件号码（掩码）", max_length=40, blank=True, default="")
    buyer_phone = EncryptedTextField("买方电话", bound_to="usedcar_trade", blank=True, default="")
    buyer_address = EncryptedTextField("买方地址", bound_to="usedcar_trade", blank=True, default="")

    plate_no = models.CharField("车牌照号", max_length=10, blank=True, default="")
    plate_status = models.CharField("号牌状态", max_length=4, choices=PlateStatus)
    plate_type = models.CharField("号牌种类", max_length=2, choices=choices("plate_types"))
    vehicle_type = models.CharField("车辆类型", max_length=3, choices=choices("vehicle_types"))
    body_category = models.CharField(
        "车身类别", max_length=12, choices=choices("report_vehicle_category"), blank=True, default=""
    )
    vin = models.CharField("车辆识别代号", max_length=17, db_collation="C")
    maker_model = models.CharField("厂牌型号", max_length=60)
    use_nature = models.CharField("使用性质", max_length=1, choices=choices("use_natures"))
    fuel_type = models.CharField("燃料种类", max_length=2, choices=choices("fuel_types"))
    origin = models.CharField("产地", max_length=8, choices=Origin)
    displacement = models.DecimalField("排量（升）", max_digits=4, decimal_places=1, null=True, blank=True)
    first_registered_on = models.DateField("初次登记日期")
    registration_cert_no = models.CharField("登记证书编号", max_length=12, blank=True, default="")
    engine_no = models.CharField("发动机号", max_length=30, blank=True, default="")
    invoice_kind = models.CharField("发票类型", max_length=7, choices=InvoiceKind)
    invoice_code = models.CharField("发票代码", max_length=12, blank=True, default="", db_collation="C")
    invoice_number = models.CharField("发票号码", max_length=20, db_collation="C")
    invoice_date = models.DateField("开票日期")
    traded_on = models.DateField("交易日期")
    price = models.DecimalField("车价合计（元）", max_digits=12, decimal_places=2)
    trade_type = models.CharField("交易类型", max_length=8, choices=choices("trade_type"))
    dealer_direction = models.CharField(
        "经销方向", max_length=8, choices=DealerDirection, blank=True, default=""
    )
    reverse_invoice = models.BooleanField("是否反向开票", null=True, blank=True)
    transfer_type = models.CharField("过户类型", max_length=16, choices=choices("transfer_type"))
    transferee_office = models.CharField("转入地车辆管理所", max_length=60, blank=True, default="")
    transfer_to_division = models.CharField("转入地区", max_length=6, blank=True, default="")
    market_uscc = models.CharField(
        "交易市场统一社会信用代码", max_length=18, blank=True, default="", db_collation="C"
    )
    original_price = models.DecimalField(
        "初始购买价格（元）", max_digits=12, decimal_places=2, null=True, blank=True
    )
    original_purchased_on = models.DateField("初始购买时间", null=True, blank=True)
    mileage_km = models.PositiveIntegerField("行驶里程（公里）", null=True, blank=True)
    remark = models.CharField("备注", max_length=230, blank=True, default="")

    class Meta:
        abstract = True


class FormColumns(models.Model):
    """What only the form asks of a trade; the import template has no column for it."""

    is_legacy_frame_no = models.BooleanField("旧式车架号", default=False, db_default=False)
    vin_reason = models.CharField(
        "校验位不符的原因", max_length=12, choices=VinReason, blank=True, default="", db_default=""
    )
    emission_stage = models.CharField(
        "环保达标情况",
        max_length=12,
        choices=choices("emission_stage"),
        blank=True,
        default="",
        db_default="",
    )
    operator_name = models.CharField(
        "经营、拍卖单位名称", max_length=100, blank=True, default="", db_default=""
    )

    class Meta:
        abstract = True


class ImportBatch(StateMachine, Leased):
    """One uploaded workbook. The row is the job, the queue only rings the bell, a lease keeps copies out."""

    Action = ImportAction
    TRANSITIONS = {
        ImportAction.CHECK: ({ImportStatus.UPLOADED, ImportStatus.CHECKING}, ImportStatus.CHECKING),
        ImportAction.ASK: ({ImportStatus.CHECKING}, ImportStatus.ASKING),
        ImportAction.ANSWER: ({ImportStatus.ASKING}, ImportStatus.UPLOADED),
        ImportAction.MEND: ({ImportStatus.CHECKED}, ImportStatus.CHECKED),
        ImportAction.RESULT: ({ImportStatus.CHECKING}, ImportStatus.CHECKED),
        ImportAction.WRITE: ({ImportStatus.CHECKED, ImportStatus.WRITING}, ImportStatus.WRITING),
        ImportAction.FINISH: ({ImportStatus.WRITING}, ImportStatus.DONE),
        ImportAction.FAIL: (
            {ImportStatus.UPLOADED, ImportStatus.CHECKING, ImportStatus.WRITING},
            ImportStatus.FAILED,
        ),
        ImportAction.CANCEL: (
            {ImportStatus.UPLOADED, ImportStatus.CHECKING, ImportStatus.ASKING, ImportStatus.CHECKED},
            ImportStatus.CANCELLED,
        ),
        ImportAction.UNDO: ({ImportStatus.DONE, ImportStatus.UNDOING}, ImportStatus.UNDOING),
    }

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="imports", verbose_name="企业")
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="上传人")
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)
    file_name = models.CharField("文件名", max_length=200)
    file_sha256 = models.CharField("文件摘要", max_length=64, db_collation="C")
    stored_as = models.CharField("存放名", max_length=100, blank=True)
    status = models.CharField("状态", max_length=9, choices=ImportStatus, default=ImportStatus.UPLOADED)
    failure = models.CharField("失败原因", max_length=300, blank=True)
    continues = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="continued_by", verbose_name="接续的导入"
    )
    header_questions = models.JSONField("待核对的列名", default=dict, blank=True)
    header_answers = models.JSONField("核对过的列名", default=dict, blank=True)
    header_notes = models.JSONField("列名的说明", default=list, blank=True)
    total_count = models.PositiveIntegerField("总行数", default=0)  # while checking: expected, or 0
    checked_count = models.PositiveIntegerField("已校验", default=0)
    good_count = models.PositiveIntegerField("可导入", default=0)
    warned_count = models.PositiveIntegerField("有警告", default=0)
    bad_count = models.PositiveIntegerField("有错误", default=0)
    known_count = models.PositiveIntegerField("已上报过", default=0)
    written_count = models.PositiveIntegerField("已导入", default=0)
    started_at = models.DateTimeField("开始处理时间", null=True, blank=True)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undone_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="撤销人"
    )
    undo_reason = models.CharField("撤销原因", max_length=200, blank=True)
    undone_count = models.PositiveIntegerField("已撤销", default=0)
    undo_kept = models.JSONField("撤销时保留", default=dict, blank=True)  # how many rows stayed, by reason

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "批量导入"
        constraints = [
            CheckConstraint(name="importbatch_status_known", condition=Q(status__in=ImportStatus.values)),
            CheckConstraint(
                name="importbatch_done_adds_up",
                condition=~Q(status=ImportStatus.DONE) | Q(good_count=F("written_count") + F("known_count")),
                violation_error_message="导入的行数与校验结果不一致。",
            ),
            CheckConstraint(
                name="importbatch_undone_pair",
                condition=paired("undone_at", "undone_by"),
                violation_error_message="撤销须有时间和撤销人。",
            ),
        ]
        indexes = [
            models.Index(fields=["enterprise", "-id"], name="importbatch_enterprise"),
            models.Index(
                fields=["status", "lease_until"],
                condition=Q(status__in=UNFINISHED),
                name="importbatch_unfinished",
            ),
        ]

    def __str__(self):
        return self.file_name

    @property
    def ready_count(self):
        """Right rows that are not reported yet: what pressing 导入 will write."""
        return self.good_count - self.known_count

    @property
    def is_unfinished(self):
        """The worker has something to do; the page asks again every two seconds."""
        return self.status in UNFINISHED

    @property
    def errors_stored_as(self):
        """Where the bad rows lie, beside the upload and as long as it."""
        return f"{self.stored_as}.errors.xlsx"


class ImportFault(models.Model):
    """What was found wrong or doubtful in one cell of an uploaded workbook; never holds the cell's value."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="faults", db_index=False)
    row_no = models.PositiveIntegerField("Excel 行号")
    column = models.CharField("列", max_length=40)
    rule = models.CharField("规则", max_length=10)
    severity = models.CharField("级别", max_length=16)
    message = models.CharField("说明", max_length=300)

    class Meta:
        verbose_name = verbose_name_plural = "导入问题"
        ordering = ["id"]
        indexes = [models.Index(fields=["batch", "row_no"], name="importfault_row")]


class BadRow(models.Model):
    """A refused row as it was typed, to be mended in the browser; encrypted, and gone with the upload."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="bad_rows", db_index=False)
    row_no = models.PositiveIntegerField("Excel 行号")
    cells = EncryptedTextField("各列内容")

    class Meta:
        verbose_name = verbose_name_plural = "错误行"
        constraints = [UniqueConstraint(fields=["batch", "row_no"], name="badrow_row_unique")]


class StagedTrade(TradeColumns):
    """A checked row waiting for the user's word; INSERT … SELECT turns them into trades."""

    # Written and deleted under the lock of the batch; a foreign key would be asked for each row.
    batch = models.ForeignKey(
        ImportBatch, models.CASCADE, related_name="staged", db_index=False, db_constraint=False
    )
    row_no = models.PositiveIntegerField("Excel 行号")
    has_warning = models.BooleanField(default=False)
    pk = models.CompositePrimaryKey("batch_id", "row_no")

    class Meta:
        verbose_name = verbose_name_plural = "待导入交易"


class Trade(TradeColumns, FormColumns):
    """One reported used-car trade; an invoice is reported once in the nation.

    A deleted trade leaves this table and stays among the past versions; a voided one stays here and keeps
    its invoice.
    """

    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, related_name="trades", verbose_name="填报企业", db_index=False
    )
    jurisdiction_code = models.CharField("受理机构", max_length=6, db_collation="C")
    division_code = models.CharField("所在地区", max_length=6, db_collation="C")
    # Written by write_trades alone, which commits with a hold on the batch; a foreign key asks for each row.
    batch = models.ForeignKey(
        ImportBatch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="trades",
        verbose_name="来源导入",
        db_constraint=False,
    )
    batch_row_no = models.PositiveIntegerField("Excel 行号", null=True, blank=True)
    reported_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="填报人", db_index=False
    )
    reported_at = models.DateTimeField("上报时间")
    status = models.CharField(
        "状态",
        max_length=8,
        choices=TradeStatus,
        default=TradeStatus.REPORTED,
        db_default=TradeStatus.REPORTED,
    )
    version = models.PositiveIntegerField("版本", default=1, db_default=1)
    red_invoice_code = models.CharField(
        "红字发票代码", max_length=12, blank=True, default="", db_default="", db_collation="C"
    )
    red_invoice_number = models.CharField(
        "红字发票号码", max_length=20, blank=True, default="", db_default="", db_collation="C"
    )
    voided_on = models.DateField("红字发票开票日期", null=True, blank=True)

    objects = TradeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "二手车交易"
        constraints = [
            UniqueConstraint(
                fields=["invoice_number", "invoice_code"],
                name="trade_invoice_unique",
                violation_error_message="该发票已填报，请勿重复。",
            ),
            UniqueConstraint(
                fields=["red_invoice_number", "red_invoice_code"],
                condition=~Q(red_invoice_number=""),
                name="trade_red_invoice_unique",
                violation_error_message="该红字发票已登记，请勿重复。",
            ),
            CheckConstraint(
                name="trade_voided_by_red_invoice",
                condition=Q(status=TradeStatus.REPORTED, red_invoice_number="", voided_on=None)
                | Q(status=TradeStatus.VOIDED, voided_on__isnull=False) & ~Q(red_invoice_number=""),
                violation_error_message="已红冲的交易须有红字发票号码和开票日期。",
            ),
            CheckConstraint(
                name="trade_price_positive",
                condition=Q(price__gt=0),
                violation_error_message="车价合计须大于 0。",
            ),
            CheckConstraint(
                name="trade_registered_before_traded",
                condition=Q(first_registered_on__lte=F("traded_on")),
                violation_error_message="初次登记日期不能晚于交易日期。",
            ),
        ]
        indexes = [
            models.Index(
                fields=["enterprise", "-traded_on", "-id", "trade_type"], name="trade_enterprise_kinds"
            ),
            models.Index(fields=["jurisdiction_code", "-traded_on", "-id"], name="trade_jurisdiction_list"),
            models.Index(
                Left("division_code", 4),
                F("traded_on").desc(),
                F("id").desc(),
                F("division_code"),
                F("jurisdiction_code"),
                name="trade_city_list",
            ),
            models.Index(fields=["-traded_on", "-id"], name="trade_national_list"),
            models.Index(Reverse("vin"), name="trade_vin_reversed"),
            models.Index(fields=["plate_no"], name="trade_plate"),
            HashIndex(fields=["seller_id_key"], condition=~Q(seller_id_key=b""), name="trade_seller_key"),
            HashIndex(fields=["buyer_id_key"], condition=~Q(buyer_id_key=b""), name="trade_buyer_key"),
            models.Index(
                fields=["enterprise", "-traded_on", "-id"],
                condition=Q(status=TradeStatus.VOIDED),
                name="trade_voided",
            ),
        ]

    def __str__(self):
        return f"{self.vin}（{self.traded_on}）"


class TradeEvent(models.Model):
    """One step in the life of a trade: names of changed columns and the reason, never a value.

    `trade_number` is the id of the trade, which may be gone; nothing big holds a foreign key to a trade.
    """

    trade_number = models.BigIntegerField("交易编号")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="+", verbose_name="填报企业")
    action = models.CharField("动作", max_length=8, choices=TradeAction)
    version = models.PositiveIntegerField("版本")
    fields = models.JSONField("修改的项目", default=list)
    reason = models.CharField("原因", max_length=200, blank=True)
    at = models.DateTimeField("时间", auto_now_add=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="经办人")

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "交易变更记录"
        ordering = ["-id"]
        indexes = [models.Index(fields=["trade_number", "-id"], name="tradeevent_trade")]

    def __str__(self):
        return f"{self.get_action_display()} {self.trade_number}"


class PastTrade(TradeColumns, FormColumns):
    """A trade as it stood before a step changed or deleted it; personal data stays encrypted."""

    event = models.OneToOneField(TradeEvent, models.PROTECT, related_name="before", primary_key=True)
    jurisdiction_code = models.CharField("受理机构", max_length=6, db_collation="C")
    division_code = models.CharField("所在地区", max_length=6, db_collation="C")
    batch_id = models.BigIntegerField("来源导入", null=True)
    batch_row_no = models.PositiveIntegerField("Excel 行号", null=True)
    reported_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="填报人")
    reported_at = models.DateTimeField("上报时间")

    class Meta:
        verbose_name = verbose_name_plural = "交易的原有内容"

    def __str__(self):
        return f"{self.vin}（{self.traded_on}）"
