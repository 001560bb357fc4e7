"""A brand and a producer that are both in the catalogue: asked for as a pair, decided, used, merged."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import AuditRecord, Notice
from autoflow.common.errors import BusinessError
from catalog.enums import CatalogStatus
from catalog.loading import Plan, Verdict
from catalog.models import Brand, BrandProducer, Producer, Request, VehicleModel
from catalog.options import usable_pairs
from catalog.services import approve_entry, disable_entry, load_rows, merge_entry, reject_entry, request_link
from filing.services.submission import findings_of
from tests.catalog.test_loading import ROW, row
from tests.catalog.test_requests import ask_model, clerk
from tests.factories import BrandFactory, BrandLineFactory, FilingFactory, ProducerFactory, UserFactory

pytestmark = pytest.mark.django_db
PENDING, APPROVED, REJECTED = CatalogStatus.PENDING, CatalogStatus.APPROVED, CatalogStatus.REJECTED
BACK = "/filing/edit/#brands"


@pytest.fixture
def admin():
    return UserFactory(admin=True)


@pytest.fixture
def brand():
    return BrandFactory(name="大众")


@pytest.fixture
def maker():
    return ProducerFactory(name="上汽大众汽车有限公司")


def ask(by, brand, maker, **values):
    return request_link(values=values, brand_id=brand.pk, producer_id=maker.pk, by=by)


def pairs_of(user):
    return {(pair.brand, pair.producer): pair.is_pending for pair in usable_pairs(user)}


def test_link_waits_and_only_its_enterprise_may_choose_it(client_for, brand, maker):
    user, stranger = clerk(), clerk()
    link = ask(user, brand, maker)
    pair = (brand.pk, maker.pk)
    assert link.status == PENDING
    assert link.due_at > link.requested_at
    assert pairs_of(user)[pair] is True
    assert pair not in pairs_of(stranger)
    choices = {"brand": brand.pk}
    for asking, may in ((user, True), (stranger, False)):
        found = client_for(asking).get(reverse("catalog:producer-options"), choices).json()
        assert (maker.pk in [one["id"] for one in found]) is may
    assert AuditRecord.objects.filter(action="catalog.request", object_id=str(link.pk)).exists()


def test_link_that_waits_is_not_in_the_public_lists(client_for, brand, maker):
    ask(clerk(), brand, maker)
    brands = client_for(clerk()).get(reverse("catalog:brand-list")).context["page"].rows
    producers = client_for(clerk()).get(reverse("catalog:producer-list")).context["page"].rows
    assert [one.producer_count for one in brands if one == brand] == [1]
    assert [list(one.brands.all()) for one in producers if one == maker] == [[]]


def test_model_is_asked_for_under_a_link_of_ones_own(brand, maker):
    user, stranger = clerk(), clerk()
    ask(user, brand, maker)
    BrandProducer.objects.filter(brand=brand).exclude(producer=maker).delete()
    assert ask_model(user, brand=brand).producer == maker
    with pytest.raises(BusinessError, match="请先选择品牌"):
        ask_model(stranger, "途观", brand=brand)


def test_draft_may_hold_a_waiting_link_and_is_handed_in_after_the_approval(admin, brand, maker):
    filing = FilingFactory(complete=True, brand_lines=[])
    user = filing.enterprise.staff.get()
    link = ask(user, brand, maker)
    BrandLineFactory(filing=filing, brand=brand, producer=maker)
    filing.refresh_from_db()
    assert "F-016" in [found.rule for found in findings_of(filing)]
    approve_entry(kind="link", entry_id=link.pk, by=admin)
    assert "F-016" not in [found.rule for found in findings_of(filing)]
    notice = Notice.objects.filter(recipient=user).latest("pk")
    assert notice.text == "您申请的品牌与生产商关联“大众（上汽大众汽车有限公司）”已审核通过，全国可选用。"
    assert (brand.pk, maker.pk) in pairs_of(clerk())


def test_refused_link_goes_with_its_reason_and_may_be_asked_for_again(admin, brand, maker):
    user = clerk()
    link = ask(user, brand, maker)
    reject_entry(kind="link", entry_id=link.pk, reason="该生产商不生产此品牌。", by=admin)
    assert "原因：该生产商不生产此品牌。" in Notice.objects.filter(recipient=user).latest("pk").text
    assert (brand.pk, maker.pk) not in pairs_of(user)
    again = ask(user, brand, maker)
    assert (again.pk != link.pk, again.status) == (True, PENDING)


def test_second_enterprise_joins_and_both_hear_the_decision(admin, brand, maker):
    first, second = clerk(), clerk()
    link = ask(first, brand, maker)
    assert ask(second, brand, maker) == link
    assert Request.objects.filter(link=link).count() == 2
    approve_entry(kind="link", entry_id=link.pk, by=admin)
    assert Notice.objects.filter(title="品牌与生产商关联审核通过").count() == 2


def test_pair_is_asked_for_once(admin, brand, maker):
    user, known = clerk(), brand.producers.get()
    ask(user, brand, maker)
    ended = BrandFactory(producers=[maker]).links.get()
    disable_entry(kind="link", entry_id=ended.pk, reason="不再生产。", by=admin)
    for pair, message in (
        ((brand, known), "已关联"),
        ((brand, maker), "本企业已申请"),
        ((ended.brand, maker), "关联已停用，不能再次申请"),
    ):
        with pytest.raises(BusinessError) as refused:
            ask(user, *pair)
        assert message in refused.value.findings[0].message


def test_database_holds_a_pair_once_but_for_refusals(brand, maker):
    BrandProducer.objects.create(brand=brand, producer=maker, status=REJECTED)
    BrandProducer.objects.create(brand=brand, producer=maker, status=PENDING)
    with pytest.raises(IntegrityError), transaction.atomic():
        BrandProducer.objects.create(brand=brand, producer=maker)


@pytest.mark.parametrize("status", [PENDING, REJECTED])
def test_only_entries_of_the_catalogue_are_linked(brand, maker, status):
    Producer.objects.filter(pk=maker.pk).update(status=status)
    with pytest.raises(BusinessError, match="已审核通过的品牌和生产商"):
        ask(clerk(), brand, maker)


def test_link_is_asked_for_from_the_filing_and_back(client_for, brand, maker):
    client = client_for(clerk(complete=True))
    page = client.get(reverse("catalog:link-add"), {"next": BACK, "brand": brand.pk})
    assert page.context["form"]["brand"].value() == str(brand.pk)
    post = {"brand": brand.pk, "producer": maker.pk, "evidence_note": "公告第 400 批", "next": BACK}
    answer = client.post(reverse("catalog:link-add"), post)
    assert (answer.status_code, answer.url) == (302, BACK)
    assert Request.objects.get().evidence_note == "公告第 400 批"
    again = client.post(reverse("catalog:link-add"), post)
    assert again.status_code == 422
    assert "本企业已申请“大众”关联“上汽大众汽车有限公司”" in again.content.decode()
    assert "公告第 400 批" in again.content.decode()
    listed = client.get(reverse("catalog:request-list")).content.decode()
    assert "大众（上汽大众汽车有限公司）" in listed


def test_administrator_sees_what_both_are_linked_with(client_for, admin, brand, maker):
    BrandFactory(name="斯柯达", producers=[maker])
    filing = FilingFactory(brand_lines=[])
    link = ask(clerk(), brand, maker)
    BrandLineFactory(filing=filing, brand=brand, producer=maker)
    page = client_for(admin).get(reverse("reviews:catalog-entry", args=["link", link.pk]))
    facts = dict(page.context["facts"])
    assert facts["品牌的其他生产商"] == brand.producers.exclude(pk=maker.pk).get().name
    assert facts["生产商的其他品牌"] == "斯柯达"
    assert page.context["usage"] == "备案品牌行 1"


def test_merge_takes_waiting_links_along(admin, brand, maker):
    former = BrandFactory(name="大众牌")
    link = ask(clerk(), former, maker)
    merge_entry(kind="brand", entry_id=former.pk, into_id=brand.pk, by=admin)
    link.refresh_from_db()
    assert (link.brand, link.status) == (brand, PENDING)
    approve_entry(kind="link", entry_id=link.pk, by=admin)
    assert maker in brand.producers.all()


def test_merge_ends_a_waiting_link_the_kept_brand_has_already(admin, maker):
    user, brand, former = clerk(), BrandFactory(name="大众", producers=[maker]), BrandFactory(name="大众牌")
    link = ask(user, former, maker)
    merge_entry(kind="brand", entry_id=former.pk, into_id=brand.pk, by=admin)
    link.refresh_from_db()
    assert link.status == REJECTED
    assert "已并入“大众”" in link.reason
    assert not BrandProducer.objects.awaiting().exists()
    assert "请选用“大众”" in Notice.objects.filter(recipient=user, title__contains="不通过").get().text


def test_load_leaves_a_waiting_link_to_the_administrator():
    load_rows(rows=[row(**ROW)], with_doubtful=False)
    brand, maker = Brand.objects.get(), Producer.objects.get()
    BrandProducer.objects.update(status=PENDING)
    plan = Plan([row(**{**ROW, "model": "途岳"})])
    faults = [(item.label, item.message) for item in plan.items if item.verdict == Verdict.ERROR]
    assert faults == [("品牌与生产商", "有企业的申请待审核，请先审核再导入。")]
    assert "途岳" not in [item.name for item in plan.items]
    assert (brand.status, maker.status, VehicleModel.objects.count()) == (APPROVED, APPROVED, 1)
