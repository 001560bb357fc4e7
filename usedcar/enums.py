"""Statuses and kinds of used-car trades; imports nothing of ours."""

from django.db.models import TextChoices


class PartyKind(TextChoices):
    ORG = "ORG", "企业"
    PERSON = "PERSON", "个人"


class PlateStatus(TextChoices):
    HAS = "HAS", "有号牌"
    NONE = "NONE", "无号牌"


class Origin(TextChoices):
    DOMESTIC = "DOMESTIC", "国产"
    IMPORTED = "IMPORTED", "进口"


class InvoiceKind(TextChoices):
    PAPER = "PAPER", "纸质"
    DIGITAL = "DIGITAL", "数电票"


class DealerDirection(TextChoices):
    BUY_IN = "BUY_IN", "收购"
    SELL_OUT = "SELL_OUT", "销售"


class TradeStatus(TextChoices):
    REPORTED = "REPORTED", "有效"
    VOIDED = "VOIDED", "已红冲"


class TradeAction(TextChoices):
    REPORT = "REPORT", "填报"
    CHANGE = "CHANGE", "修改"
    VOID = "VOID", "红冲"
    DELETE = "DELETE", "删除"
    UNDO = "UNDO", "撤销导入"


class CorrectionStatus(TextChoices):
    ASKED = "ASKED", "待办理"
    GRANTED = "GRANTED", "已同意"
    REFUSED = "REFUSED", "未同意"
    USED = "USED", "已更正"


class ReleaseStatus(TextChoices):
    ASKED = "ASKED", "待核实"
    GRANTED = "GRANTED", "已放行"
    REFUSED = "REFUSED", "不予放行"
    USED = "USED", "已使用"


class ExportStatus(TextChoices):
    QUEUED = "QUEUED", "排队中"
    RUNNING = "RUNNING", "正在导出"
    DONE = "DONE", "已完成"
    FAILED = "FAILED", "失败"
    EXPIRED = "EXPIRED", "已过期"


EXPORT_UNFINISHED = (ExportStatus.QUEUED, ExportStatus.RUNNING)


class VinReason(TextChoices):
    """Why a check digit that is wrong is right (T-032)."""

    ON_PAPERS = "ON_PAPERS", "证照如此"
    RESTAMPED = "RESTAMPED", "车架号重新打刻"
    EARLY_MODEL = "EARLY_MODEL", "早期车型"
    OTHER = "OTHER", "其他"


class ImportStatus(TextChoices):
    UPLOADED = "UPLOADED", "已上传"
    CHECKING = "CHECKING", "校验中"
    ASKING = "ASKING", "待核对列名"
    CHECKED = "CHECKED", "待确认导入"
    WRITING = "WRITING", "写入中"
    DONE = "DONE", "已完成"
    FAILED = "FAILED", "失败"
    CANCELLED = "CANCELLED", "已取消"
    UNDOING = "UNDOING", "撤销中"
    UNDONE = "UNDONE", "已撤销"


UNFINISHED = (ImportStatus.UPLOADED, ImportStatus.CHECKING, ImportStatus.WRITING, ImportStatus.UNDOING)


class ImportAction(TextChoices):
    CHECK = "CHECK", "校验"
    ASK = "ASK", "询问列名"
    ANSWER = "ANSWER", "核对列名"
    MEND = "MEND", "修改错误行"
    RESULT = "RESULT", "给出校验结果"
    WRITE = "WRITE", "导入"
    FINISH = "FINISH", "完成导入"
    FAIL = "FAIL", "中止"
    CANCEL = "CANCEL", "取消"
    UNDO = "UNDO", "撤销导入"
