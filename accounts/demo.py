"""The accounts of the demonstration: who they are and where; only `quickstart` and `load_demo` use them."""

from dataclasses import dataclass

from accounts.enums import Role

DEMO_PASSWORD = "Autoflow-2026!"  # noqa: S105 -- printed on the first screen of the demonstration


@dataclass(frozen=True)
class DemoAccount:
    """One account: its role, its place (division and jurisdiction codes) and what it is there to show."""

    username: str
    role: Role
    organisation: str
    shows: str
    division_code: str = ""
    jurisdiction_code: str = ""


DEMO_ACCOUNTS = [
    DemoAccount("ministry", Role.NATION, "商务部", "查看全国备案与交易"),
    DemoAccount(
        "zhejiang", Role.PROVINCE, "浙江省商务厅", "省级：查看全省，确认未下放的备案", "330000", "330000"
    ),
    DemoAccount("hangzhou", Role.CITY, "杭州市商务局", "市级：查看全市", "330100", "330000"),
    DemoAccount("xihu", Role.COUNTY, "西湖区商务局", "县级：确认西湖区的备案", "330106", "330000"),
    DemoAccount("ningbo", Role.PROVINCE, "宁波市商务局", "计划单列市：自行受理", "330200", "330200"),
    DemoAccount("jiangsu", Role.PROVINCE, "江苏省商务厅", "省级：与浙江互不可见", "320000", "320000"),
    DemoAccount("sysadmin", Role.ADMIN, "系统管理", "查看系统状态与目录"),
    DemoAccount("auditor", Role.AUDITOR, "审计", "查看审计日志"),
    DemoAccount(
        "dealer", Role.MANAGER, "杭州西湖演示汽车销售有限公司", "经销商，确认通过", "330106", "330000"
    ),
    DemoAccount("oem", Role.MANAGER, "演示汽车工业（杭州）有限公司", "主机厂，确认通过", "330106", "330000"),
    DemoAccount(
        "market", Role.MANAGER, "杭州西湖演示二手车交易市场有限公司", "交易市场，确认通过", "330106", "330000"
    ),
    DemoAccount(
        "usedcar", Role.MANAGER, "杭州西湖演示二手车经销有限公司", "二手车经销，确认通过", "330106", "330000"
    ),
    DemoAccount(
        "newdealer", Role.MANAGER, "杭州西湖新注册汽车有限公司", "刚注册，还没有备案", "330106", "330000"
    ),
    DemoAccount("waiting", Role.MANAGER, "杭州西湖待确认汽车有限公司", "备案待确认", "330106", "330000"),
    DemoAccount(
        "changed", Role.MANAGER, "杭州西湖已变更汽车有限公司", "备案已变更，待重新确认", "330106", "330000"
    ),
    DemoAccount("returned", Role.MANAGER, "杭州西湖被退回汽车有限公司", "备案被退回", "330106", "330000"),
    DemoAccount("nbdealer", Role.MANAGER, "宁波海曙演示汽车销售有限公司", "宁波的经销商", "330203", "330200"),
]
