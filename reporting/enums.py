"""States, actions and kinds of the periodic reports; imports nothing of ours."""

from django.db.models import TextChoices


class ReportStatus(TextChoices):
    """What is stored; 已锁定 is what a report shows once its window has closed, see `Report.shown_status`."""

    DRAFT = "DRAFT", "草稿"
    SUBMITTED = "SUBMITTED", "已上报"
    RETURNED = "RETURNED", "退回修改"


LOCKED = ("LOCKED", "已锁定")


class ObligationState(TextChoices):
    """What became of an obligation; the database derives it from the report."""

    MISSING = "MISSING", "未报"
    ON_TIME = "ON_TIME", "按时上报"
    LATE = "LATE", "逾期上报"
    RETURNED = "RETURNED", "退回修改"


class ReportAction(TextChoices):
    START = "START", "开始填报"
    SUBMIT = "SUBMIT", "上报"
    CHANGE = "CHANGE", "修改后重新上报"
    RETURN = "RETURN", "退回"
    DELETE = "DELETE", "删除"


class PeriodKind(TextChoices):
    MONTH = "MONTH", "月"
    QUARTER = "QUARTER", "季"
    YEAR = "YEAR", "年"


class Phase(TextChoices):
    """Where a moment lies in the window of a form and period."""

    BEFORE = "BEFORE", "未开放"
    OPEN = "OPEN", "填报中"
    LATE = "LATE", "已逾期，可补报"
    LOCKED = "LOCKED", "已锁定"


class LateStatus(TextChoices):
    """A permission to fill in or change a report after its window has closed."""

    ASKED = "ASKED", "待办理"
    GRANTED = "GRANTED", "已同意"
    REFUSED = "REFUSED", "未同意"


class ReasonCode(TextChoices):
    """Why a figure is unusual though right: what an authority filters explanations by."""

    CAMPAIGN = "CAMPAIGN", "促销、政策或补贴影响"
    MODEL_CHANGE = "MODEL_CHANGE", "新车型上市或老车型停产"
    SEASON = "SEASON", "季节、节假日影响"
    BULK = "BULK", "大宗或集团采购"
    OPENING = "OPENING", "新开业、停业或业务调整"
    STOCK = "STOCK", "盘点、退换车或库存调整"
    EARLIER = "EARLIER", "上期填报有误"
    SCOPE = "SCOPE", "统计口径不同"
    OTHER = "OTHER", "其他"
