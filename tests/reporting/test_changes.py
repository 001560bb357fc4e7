"""What one version says differently: lines by their key, cells by their heading."""

from reporting.changes import Change, Line, changes


def test_changes_name_lines_and_cells_and_nothing_that_stayed():
    old = [Line(("a",), "甲", {"销售": 8, "备注": ""}), Line(("b",), "乙", {"销售": 3, "备注": ""})]
    new = [Line(("c",), "丙", {"销售": 0, "备注": "新车"}), Line(("a",), "甲车", {"销售": 9, "备注": None})]
    assert changes(old, new) == [
        Change("丙", "新增", [("备注", None, "新车"), ("销售", None, 0)][::-1]),
        Change("甲车", "修改", [("销售", 8, 9)]),
        Change("乙", "删除", [("销售", 3, None)]),
    ]


def test_the_same_content_has_no_changes():
    lines = [Line((), "整份报表", {"说明": "", "本期无业务": "否"})]
    assert changes(lines, [Line((), "整份报表", {"说明": None, "本期无业务": "否"})]) == []


def test_nil_is_not_absent():
    one, other = ([Line((), "甲", {"置换": figure})] for figure in (None, 0))
    assert changes(one, other) == [Change("甲", "修改", [("置换", None, 0)])]
