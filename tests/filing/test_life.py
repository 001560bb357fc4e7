"""What each step of a filing's life leaves behind."""

import pytest
from django.http import Http404

from accounts.enums import Role
from accounts.models import AuditRecord
from autoflow.common.errors import BusinessError, ConflictError
from filing import services, steps
from filing.enums import Use
from filing.models import Enterprise, Filing, FilingEvent
from filing.permissions import is_open
from filing.services import cancellation
from filing.versions import open_version
from tests.factories import FilingFactory, UserFactory
from tests.filing import life
from tests.filing.pushes import Pushes

pytestmark = pytest.mark.django_db
DECLARED = {"truth_declared": True, "image_sync_acknowledged": True}


@pytest.fixture
def pushes(monkeypatch):
    return Pushes(monkeypatch)


@pytest.fixture
def told(monkeypatch):
    """Who was told what."""
    notices = []

    def note(recipients, *, title, text, url=""):
        notices.append((sorted(user.username for user in recipients), title, url))

    monkeypatch.setattr(steps, "notify", note)
    monkeypatch.setattr(cancellation, "notify", note)
    return notices


def take(action, enterprise, by, **changes):
    enterprise.refresh_from_db()
    life.STEPS[action](enterprise, by)
    enterprise.refresh_from_db()
    return enterprise.status


def manager_of(enterprise):
    return enterprise.staff.get(role=Role.MANAGER)


def begin_change(enterprise, **values):
    """A change begun and saved by the manager."""
    by = manager_of(enterprise)
    filing = services.start_filing(by=by)
    saved = {"filing_id": filing.pk, "revision": filing.revision, "values": DECLARED | values}
    return services.save_draft(**saved, by=by)


def versions(enterprise):
    fields = ("version", "status", "is_in_force", "is_given_up")
    return list(enterprise.filings.order_by("version").values_list(*fields))


def actions(enterprise):
    events = FilingEvent.objects.filter(filing__enterprise=enterprise)
    return list(events.values_list("filing__version", "action", "to_status"))


def test_withdrawn_filing_is_a_draft_no_authority_sees_and_can_be_handed_in_again(told):
    enterprise, county = life.world("SUBMITTED"), UserFactory(county=True)
    filing = enterprise.filings.get()
    assert take("withdraw", enterprise, manager_of(enterprise)) == "DRAFT"
    filing.refresh_from_db()
    handed_in = (filing.submitted_at, filing.submitted_by, filing.due_at, filing.content_hash)
    assert handed_in == (None, None, None, "")
    assert filing.legal_representative == "测试法人"
    assert not Filing.objects.visible_to(county).exists()
    assert told == [([county.username], f"{enterprise.name}撤回了备案", f"/reviews/filings/{filing.pk}/")]
    assert take("submit", enterprise, manager_of(enterprise)) == "SUBMITTED"


def test_what_an_officer_opened_cannot_be_withdrawn(told):
    enterprise, county = life.world("CHANGED"), UserFactory(county=True)
    take("open", enterprise, county)
    filing = open_version(enterprise)
    opened_at = filing.opened_at
    assert filing.opened_by == county
    assert told == [([manager_of(enterprise).username], "备案已开始办理", "/filing/")]
    with pytest.raises(BusinessError, match="西湖区商务局已开始办理，不能撤回"):
        take("withdraw", enterprise, manager_of(enterprise))
    take("open", enterprise, UserFactory(county=True))
    filing.refresh_from_db()
    assert (filing.opened_at, filing.opened_by, filing.events.count()) == (opened_at, county, 1)


def test_handing_in_again_closes_what_was_opened():
    enterprise, county = life.world("SUBMITTED"), UserFactory(county=True)
    take("open", enterprise, county)
    take("return", enterprise, county)
    take("submit", enterprise, manager_of(enterprise))
    assert open_version(enterprise).opened_at is None
    assert take("withdraw", enterprise, manager_of(enterprise)) == "DRAFT"


def test_step_from_an_older_page_is_refused(told):
    """T17: withdrawn, mended and handed in again in another tab, the first tab takes nothing back."""
    enterprise = life.world("SUBMITTED")
    by, seen = manager_of(enterprise), enterprise.revision
    take("withdraw", enterprise, by)
    take("submit", enterprise, by)
    with pytest.raises(ConflictError, match="该备案已被他人更新"):
        services.withdraw_filing(enterprise_id=enterprise.pk, revision=seen, by=by)
    assert enterprise.filings.get().status == "SUBMITTED"


def test_confirming_what_was_changed_meanwhile_is_refused():
    """T17: the officer's page still shows the content before it was withdrawn and changed."""
    enterprise, county = life.world("SUBMITTED"), UserFactory(county=True)
    by, seen = manager_of(enterprise), enterprise.filings.get().content_hash
    take("withdraw", enterprise, by)
    enterprise.filings.update(remark="改过")
    take("submit", enterprise, by)
    with pytest.raises(ConflictError, match="内容已变更，请重新查看"):
        services.confirm_filing(filing_id=enterprise.filings.get().pk, content_hash=seen, by=county)


def test_change_never_handed_in_is_deleted_with_its_rows():
    enterprise = life.world("CONFIRMED")
    begin_change(enterprise)
    assert take("give up", enterprise, manager_of(enterprise)) == "CONFIRMED"
    assert versions(enterprise) == [(1, "CONFIRMED", True, False)]
    record = AuditRecord.objects.get(action="filing.give-up")
    assert record.detail == {"version": 2}


@pytest.mark.parametrize("way", ["return", "withdraw"])
def test_change_given_up_after_it_was_handed_in_stays_readable(way):
    enterprise, county = life.world("CONFIRMED"), UserFactory(county=True)
    begin_change(enterprise, remark="不再继续")
    by = manager_of(enterprise)
    take("submit", enterprise, by)
    take(way, enterprise, county if way == "return" else by)
    assert take("give up", enterprise, by) == "CONFIRMED"
    status = "RETURNED" if way == "return" else "DRAFT"
    assert versions(enterprise) == [(1, "CONFIRMED", True, False), (2, status, False, True)]
    assert enterprise.filings.get(version=2).state_text == "已放弃"
    assert begin_change(enterprise).version == 3
    with pytest.raises(ConflictError, match="当前为“已放弃”"):
        services.save_draft(filing_id=enterprise.filings.get(version=2).pk, revision=9, values={}, by=by)


def test_suspension_keeps_the_waiting_change_as_a_draft(told, pushes):
    enterprise, nation = life.world("CHANGED"), UserFactory(nation=True)
    county = UserFactory(county=True)
    assert take("suspend", enterprise, nation) == "SUSPENDED"
    assert versions(enterprise) == [(1, "SUSPENDED", True, False), (2, "DRAFT", False, False)]
    assert actions(enterprise) == [(2, "WITHDRAW", "DRAFT"), (1, "SUSPEND", "SUSPENDED")]
    (officers, first, _), (people, second, _) = told
    assert (county.username in officers, first) == (True, f"{enterprise.name}的备案已暂停")
    assert (people, second) == ([manager_of(enterprise).username], "商务部暂停了备案")
    draft = open_version(enterprise)
    with pytest.raises(BusinessError, match="备案已暂停，不能填写"):
        services.save_draft(filing_id=draft.pk, revision=draft.revision, values={}, by=manager_of(enterprise))
    assert take("resume", enterprise, UserFactory(province=True)) == "CONFIRMED"
    assert take("submit", enterprise, manager_of(enterprise)) == "CHANGED"
    assert pushes.calls == [
        (enterprise.filings.get(version=1).pk, state) for state in ("SUSPENDED", "CONFIRMED")
    ]


def test_cancellation_ends_every_version_and_tells_the_police(pushes):
    enterprise = life.world("CHANGED")
    take("cancel", enterprise, UserFactory(province=True))
    assert versions(enterprise) == [(1, "CANCELLED", True, False), (2, "CANCELLED", False, False)]
    assert pushes.calls == [(enterprise.filings.get(version=1).pk, "CANCELLED")]
    assert not Filing.objects.awaiting().exists()


def test_cancellation_of_what_was_never_confirmed_tells_no_police(pushes):
    enterprise = life.world("SUBMITTED")
    take("cancel", enterprise, UserFactory(province=True))
    assert pushes.calls == []


def test_code_of_a_cancelled_enterprise_is_filed_anew():
    enterprise = life.world("CONFIRMED")
    by = manager_of(enterprise)
    by.uscc = enterprise.uscc
    by.save(update_fields=["uscc"])
    take("cancel", enterprise, UserFactory(province=True))
    anew = services.open_service(by=by)
    assert (anew.uscc, anew.status) == (enterprise.uscc, "DRAFT")
    assert anew.pk != enterprise.pk
    assert services.open_service(by=by) == anew
    filing = services.start_filing(by=by)
    assert (filing.enterprise, filing.version) == (anew, 1)
    assert enterprise.filings.get().is_in_force


def test_cancelled_enterprise_begins_nothing():
    enterprise = life.world("CANCELLED")
    with pytest.raises(BusinessError, match="备案已注销"):
        services.start_filing(by=manager_of(enterprise))


def test_wish_to_be_struck_off_goes_to_the_body_that_holds_the_filing(told):
    enterprise = life.world("CONFIRMED", "CITY")
    city, county = UserFactory(city=True), UserFactory(county=True)
    take("ask", enterprise, manager_of(enterprise))
    wish = enterprise.cancellations.get()
    assert (wish.confirm_level, wish.confirm_body) == ("CITY", "杭州市商务局")
    assert told == [([city.username], f"{enterprise.name}申请注销备案", f"/reviews/cancellations/{wish.pk}/")]
    with pytest.raises(BusinessError, match="没有本企业备案的确认权限"):
        services.agree_to_cancellation(request_id=wish.pk, by=county)
    with pytest.raises(BusinessError, match="5–500 字"):
        services.refuse_cancellation(request_id=wish.pk, reason="不行", by=city)
    services.refuse_cancellation(request_id=wish.pk, reason=life.REASON, by=city)
    with pytest.raises(ConflictError, match="已办理，结果：不同意"):
        services.agree_to_cancellation(request_id=wish.pk, by=city)
    assert take("ask", enterprise, manager_of(enterprise)) == "CONFIRMED"


def test_nobody_hands_in_what_he_asks_to_have_struck_off():
    enterprise = life.world("CONFIRMED, draft of a change")
    by = manager_of(enterprise)
    take("ask", enterprise, by)
    with pytest.raises(BusinessError, match="请先撤回注销申请"):
        take("submit", enterprise, by)
    take("drop", enterprise, by)
    assert take("submit", enterprise, by) == "CHANGED"


def test_provinces_own_cancellation_answers_the_wish_as_well():
    enterprise = life.world("CONFIRMED")
    take("ask", enterprise, manager_of(enterprise))
    take("cancel", enterprise, UserFactory(province=True))
    assert enterprise.cancellations.get().outcome == "AGREED"


def moved(enterprise):
    """The enterprise asks to be answered for by 宁波."""
    begin_change(enterprise, division_code="330203")
    return take("submit", enterprise, manager_of(enterprise))


def test_move_is_confirmed_by_the_new_authority_and_read_by_the_former():
    enterprise = life.world("CONFIRMED")
    people = {name: UserFactory(**{name: True}) for name in ("county", "province", "ningbo", "nation")}
    assert moved(enterprise) == "SUBMITTED"
    assert versions(enterprise) == [(1, "CONFIRMED", True, False), (2, "SUBMITTED", False, False)]
    assert enterprise.jurisdiction_code == "330000"
    assert not is_open(enterprise, Use.REPORT)
    for action in ("confirm", "return", "open"):
        with pytest.raises(Http404):
            take(action, enterprise, people["province"])
    with pytest.raises(BusinessError, match="现由宁波市商务局受理，本机构只能查看原有备案"):
        take("cancel", enterprise, people["province"])
    assert take("confirm", enterprise, people["ningbo"]) == "CONFIRMED"
    assert (enterprise.jurisdiction_code, enterprise.division_code) == ("330200", "330203")
    assert versions(enterprise) == [(1, "CONFIRMED", False, False), (2, "CONFIRMED", True, False)]
    with pytest.raises(BusinessError, match="本机构只能查看"):
        take("suspend", enterprise, people["province"])
    for former in ("county", "province"):
        assert [row.version for row in Filing.objects.visible_to(people[former])] == [1]
    assert take("suspend", enterprise, people["ningbo"]) == "SUSPENDED"


def test_move_taken_back_or_given_up_leaves_the_former_authority_in_charge():
    enterprise, ningbo = life.world("CONFIRMED"), UserFactory(ningbo=True)
    by = manager_of(enterprise)
    moved(enterprise)
    assert take("withdraw", enterprise, by) == "CONFIRMED"
    assert take("submit", enterprise, by) == "SUBMITTED"
    assert take("return", enterprise, ningbo) == "RETURNED"
    assert take("submit", enterprise, by) == "SUBMITTED"
    assert take("return", enterprise, ningbo) == "RETURNED"
    assert take("give up", enterprise, by) == "CONFIRMED"
    assert enterprise.jurisdiction_code == "330000"
    assert take("suspend", enterprise, UserFactory(province=True)) == "SUSPENDED"


def test_reverification_puts_the_same_content_before_the_same_body_again(told):
    enterprise, county = life.world("CONFIRMED"), UserFactory(county=True)
    before = enterprise.filings.get()
    assert take("reverify", enterprise, UserFactory(province=True)) == "CHANGED"
    again = open_version(enterprise)
    assert versions(enterprise) == [(1, "CONFIRMED", True, False), (2, "CHANGED", False, False)]
    assert (again.content_hash, again.confirm_body, again.verify_reason) == (
        before.content_hash,
        "西湖区商务局",
        life.REASON,
    )
    assert (again.truth_declared, again.submitted_by) == (True, before.submitted_by)
    assert again.brand_lines.get().brand == before.brand_lines.get().brand
    assert county.username in told[0][0]
    assert told[1][0] == [manager_of(enterprise).username]
    with pytest.raises(BusinessError, match="主管部门要求的重新核实，不能撤回"):
        take("withdraw", enterprise, manager_of(enterprise))
    assert take("return", enterprise, county) == "RETURNED"
    with pytest.raises(BusinessError, match="不能放弃"):
        take("give up", enterprise, manager_of(enterprise))
    assert take("submit", enterprise, manager_of(enterprise)) == "CHANGED"
    assert take("confirm", enterprise, county) == "CONFIRMED"
    assert versions(enterprise) == [(1, "CONFIRMED", False, False), (2, "CONFIRMED", True, False)]


def test_reverification_sets_an_unseen_draft_aside():
    enterprise = life.world("CONFIRMED")
    begin_change(enterprise, remark="还没写完")
    take("reverify", enterprise, UserFactory(province=True))
    assert versions(enterprise)[1:] == [(2, "DRAFT", False, True), (3, "CHANGED", False, False)]
    assert enterprise.filings.get(version=2).remark == "还没写完"


def test_reassigned_case_is_another_bodys_and_not_opened_yet(told):
    enterprise, county = life.world("SUBMITTED"), UserFactory(county=True)
    city = UserFactory(city=True)
    take("open", enterprise, county)
    told.clear()
    take("reassign", enterprise, UserFactory(province=True))
    filing = open_version(enterprise)
    assert (filing.confirm_level, filing.confirm_body, filing.opened_at) == ("CITY", "杭州市商务局", None)
    assert [who for who, _, _ in told] == [
        [county.username],
        [city.username],
        [manager_of(enterprise).username],
    ]
    with pytest.raises(BusinessError, match="没有本企业备案的确认权限"):
        take("confirm", enterprise, county)
    assert take("confirm", enterprise, city) == "CONFIRMED"


@pytest.mark.parametrize("level", ["COUNTY", "NATION", ""])
def test_case_is_reassigned_to_another_level_of_its_place_only(level):
    enterprise = life.world("SUBMITTED")
    with pytest.raises(BusinessError, match="另一级机构"):
        life.step(services.reassign_filing, level=level, reason=life.REASON)(
            enterprise, UserFactory(province=True)
        )


@pytest.mark.parametrize(
    ("service", "state"),
    [
        (services.suspend_filing, "CONFIRMED"),
        (services.resume_filing, "SUSPENDED"),
        (services.request_reverification, "CONFIRMED"),
        (services.cancel_filing, "SUBMITTED"),
    ],
)
@pytest.mark.parametrize("reason", ["", "不行  ", "长" * 501])
def test_steps_of_an_authority_say_why(service, state, reason):
    enterprise = life.world(state)
    with pytest.raises(BusinessError, match="请写明理由，5–500 字"):
        life.step(service, reason=reason)(enterprise, UserFactory(province=True))
    assert Enterprise.objects.get(pk=enterprise.pk).status == state


@pytest.mark.parametrize("state", life.ALIVE)
def test_enterprises_of_another_area_are_not_found(state):
    enterprise, jiangsu = life.world(state), UserFactory(jiangsu=True)
    for action in ("cancel", "suspend", "resume", "reverify", "reassign"):
        with pytest.raises(Http404):
            life.STEPS[action](enterprise, jiangsu)


def test_another_enterprise_is_not_found():
    enterprise, stranger = life.world("SUBMITTED"), FilingFactory(submitted=True).enterprise.staff.get()
    for action in ("withdraw", "give up", "ask", "drop"):
        with pytest.raises(Http404):
            life.STEPS[action](enterprise, stranger)


def test_confirming_and_returning_tell_the_enterprise(told):
    enterprise, county = life.world("SUBMITTED"), UserFactory(county=True)
    take("return", enterprise, county)
    take("submit", enterprise, manager_of(enterprise))
    take("confirm", enterprise, county)
    assert [title for _, title, _ in told] == ["备案被退回", f"{enterprise.name}提交了备案", "备案已确认通过"]


@pytest.mark.parametrize("level", life.BODIES)
def test_officers_are_those_of_the_body_that_decides(level):
    people = {
        name: UserFactory(**{name: True}) for name in ("county", "city", "province", "ningbo", "nation")
    }
    UserFactory(county=True, division_id="330102")
    UserFactory(**{life.HOLDERS[level]: True}, is_active=False)
    filing = life.world("SUBMITTED", level).filings.get()
    by = [officer for officer in steps.officers_of(filing) if officer.pk in {p.pk for p in people.values()}]
    assert by == [people[life.HOLDERS[level]]]
