from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from accounts.models import AuditRecord, User
from autoflow.common.errors import BusinessError, TooManyRequests
from catalog.enums import CatalogStatus
from catalog.models import Brand, Displacement, Producer, Request, VehicleModel
from catalog.services import request_brand, request_displacement, request_model, request_producer
from tests.factories import (
    BrandFactory,
    EnterpriseFactory,
    FilingFactory,
    ProducerFactory,
    UserFactory,
    VehicleModelFactory,
)

pytestmark = pytest.mark.django_db
PENDING, REJECTED = CatalogStatus.PENDING, CatalogStatus.REJECTED


def clerk(**traits):
    return FilingFactory(**(traits or {"confirmed": True})).enterprise.staff.get()


def ask_brand(by, name="星辰", producer=None, **extra):
    values = {"name": name, "name_en": "", "country": "CN", "category": "PASSENGER"}
    producer_id = (producer or ProducerFactory()).pk if "new_producer" not in extra else None
    return request_brand(values=values, producer_id=producer_id, by=by, **{"new_producer": None, **extra})


def ask_model(by, name="途岳", *, brand=None, displacements=("1.5",), difference="", **extra):
    brand = brand or BrandFactory()
    values = {"name": name, "report_category": "SUV", "energy_type": "ICE", "difference": difference}
    producer_id = brand.producers.get().pk
    return request_model(
        values=values,
        brand_id=brand.pk,
        producer_id=producer_id,
        displacements=list(displacements),
        by=by,
        **extra,
    )


def rules_of(refused):
    return [found.rule for found in refused.value.findings]


def test_brand_with_a_linked_producer_waits_and_may_be_chosen_by_its_enterprise_only():
    user, other, producer = clerk(complete=True), clerk(), ProducerFactory()
    brand = ask_brand(user, producer=producer)

    assert (brand.status, list(brand.producers.all())) == (PENDING, [producer])
    assert brand.due_at > brand.requested_at
    assert list(Brand.objects.usable_by(user).filter(pk=brand.pk)) == [brand]
    for stranger in (other, UserFactory(county=True)):
        assert not Brand.objects.visible_to(stranger).filter(pk=brand.pk).exists()
        assert not Brand.objects.usable_by(stranger).filter(pk=brand.pk).exists()
    assert AuditRecord.objects.filter(action="catalog.request", object_id=str(brand.pk)).count() == 1


def test_colleagues_of_the_enterprise_may_choose_it_too():
    user = clerk()
    brand = ask_brand(user)
    colleague = UserFactory(operator=True, uscc=user.uscc)
    assert Brand.objects.usable_by(colleague).filter(pk=brand.pk).exists()


def test_brand_with_a_new_producer_asks_for_both():
    new = {"name": "星辰汽车有限公司", "kind": "DOMESTIC", "country": "CN", "uscc": ""}
    brand = ask_brand(clerk(), new_producer=new)
    assert brand.producers.get().status == PENDING
    assert Request.objects.count() == 2


def test_brand_without_a_producer_is_refused():
    with pytest.raises(BusinessError) as refused:
        request_brand(
            values={"name": "星辰", "country": "CN", "category": "PASSENGER"},
            producer_id=None,
            new_producer=None,
            by=clerk(),
        )
    assert rules_of(refused) == ["C-011"]


@pytest.mark.parametrize("second", ["大众", "大众 ", "大 众", "⼤众"])
def test_one_name_however_typed_is_one_pending_brand(second):
    user = clerk()
    ask_brand(user, "大众")
    with pytest.raises(BusinessError, match="申请没有提交"):
        ask_brand(user, second)
    joined = ask_brand(other := clerk(), second)

    assert [(brand.name, brand.status) for brand in Brand.objects.filter(name_key="大众")] == [
        ("大众", PENDING)
    ]
    assert joined.requests.count() == 2
    assert Brand.objects.usable_by(other).filter(pk=joined.pk).exists()


def test_similar_brand_asks_for_the_tick():
    BrandFactory(name="本田")
    user = clerk()
    with pytest.raises(BusinessError) as refused:
        ask_brand(user, "本天")
    assert rules_of(refused) == ["C-012"]
    assert ask_brand(user, "本天", confirmed=["C-012:name"]).status == PENDING


def test_a_rejected_name_may_be_asked_for_again():
    BrandFactory(name="星辰", status=REJECTED)
    assert ask_brand(clerk()).status == PENDING


def test_a_former_name_and_a_merged_one_lead_to_the_entry():
    kept = BrandFactory(name="福特", former_keys="福特牌")
    BrandFactory(name="Ford 福特", status=CatalogStatus.MERGED, merged_into=kept)
    for name in ("福特牌", "ford福特"):
        with pytest.raises(BusinessError) as refused:
            ask_brand(clerk(), name)
        assert [found.message for found in refused.value.findings] == ["目录中已有品牌“福特”，请直接选用。"]


def test_producer_of_a_brand_is_linked_when_asked_for():
    brand = BrandFactory()
    values = {"name": "星辰汽车有限公司", "kind": "DOMESTIC", "country": "CN", "uscc": ""}
    producer = request_producer(values=values, brand_id=brand.pk, by=clerk(complete=True))
    assert list(producer.brands.all()) == [brand]
    assert Producer.objects.get(pk=producer.pk).status == PENDING


def test_producer_with_the_code_of_another_is_refused():
    ProducerFactory(uscc="91330106MA00000002")
    values = {"name": "星辰汽车有限公司", "kind": "DOMESTIC", "country": "CN", "uscc": "91330106MA00000002"}
    with pytest.raises(BusinessError, match="统一社会信用代码"):
        request_producer(values=values, brand_id=None, by=clerk())


def test_model_and_first_displacements_come_together():
    user = clerk()
    model = ask_model(user, displacements=["1.5", "2.0"])
    assert [str(each.value) for each in Displacement.objects.usable_by(user).filter(model=model)] == [
        "1.5",
        "2.0",
    ]
    assert not Displacement.objects.usable_by(clerk()).filter(model=model).exists()
    assert Request.objects.visible_to(user).leading().count() == 1


def test_model_needs_a_displacement_and_a_pair():
    with pytest.raises(BusinessError) as refused:
        ask_model(clerk(), displacements=[])
    assert rules_of(refused) == ["C-010"]
    brand = BrandFactory()
    with pytest.raises(BusinessError, match="请先选择品牌"):
        request_model(
            values={"name": "途岳", "report_category": "SUV", "energy_type": "ICE"},
            brand_id=brand.pk,
            producer_id=ProducerFactory().pk,
            displacements=["1.5"],
            by=clerk(),
        )


def test_similar_model_needs_the_tick_and_the_difference():
    known, user = VehicleModelFactory(name="凯美瑞"), clerk()
    tick = {"brand": known.brand, "confirmed": ["C-005:model_name"]}
    with pytest.raises(BusinessError) as refused:
        ask_model(user, "凯美锐", brand=known.brand)
    assert rules_of(refused) == ["C-005"]
    with pytest.raises(BusinessError) as refused:
        ask_model(user, "凯美锐", **tick)
    assert refused.value.findings[-1].field == "difference"
    model = ask_model(user, "凯美锐", difference="另一款车", **tick)
    assert model.requests.get().difference == "另一款车"


def test_models_of_another_producer_are_not_compared():
    VehicleModelFactory(name="凯美瑞")
    assert ask_model(clerk(), "凯美瑞").status == PENDING


def test_existing_model_takes_a_displacement_only():
    model, user = VehicleModelFactory(displacements=["1.5"]), clerk()
    (added,) = request_displacement(model_id=model.pk, values={}, displacements=["2.0"], by=user)
    assert added.status == PENDING
    with pytest.raises(BusinessError) as refused:
        request_displacement(model_id=model.pk, values={}, displacements=["1.5"], by=user)
    assert rules_of(refused) == ["C-009"]
    joined = request_displacement(model_id=model.pk, values={}, displacements=["2.0"], by=clerk())
    assert joined == [added]


def test_displacement_of_somebody_elses_pending_model_is_not_to_be_had():
    model = ask_model(clerk())
    with pytest.raises(BusinessError, match="请先选择车型"):
        request_displacement(model_id=model.pk, values={}, displacements=["2.0"], by=clerk())


def test_quota_of_the_enterprise_counts_all_its_staff(settings):
    settings.CATALOG_REQUESTS_PER_DAY = 2
    user = clerk()
    colleague = UserFactory(operator=True, uscc=user.uscc)
    colleague.enterprises.set(user.enterprises.all())
    ask_brand(user, "甲星")
    ask_model(user, displacements=["1.5", "2.0"])
    with pytest.raises(TooManyRequests, match="已达 2 项"):
        ask_brand(colleague, "丙云")
    assert ask_brand(clerk(), "丙云").status == PENDING


def test_who_may_not_ask():
    with pytest.raises(PermissionDenied):
        ask_brand(UserFactory(county=True))
    with pytest.raises(BusinessError, match="请先增加应用"):
        ask_brand(UserFactory())
    with pytest.raises(BusinessError, match="由销售新车的企业"):
        ask_brand(EnterpriseFactory(confirmed=True, used=True).staff.get())
    with pytest.raises(BusinessError, match="备案确认通过后开放"):
        ask_model(clerk(complete=True))


@pytest.mark.django_db(transaction=True)
def test_ten_parallel_requests_of_a_name_make_one_entry():
    producer = ProducerFactory()
    people = [clerk().pk for _ in range(10)]

    def ask(user_id):
        try:
            ask_brand(User.objects.get(pk=user_id), "大众", producer)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(ask, people))
    brand = Brand.objects.get(name_key="大众")
    assert brand.requests.count() == 10
    assert VehicleModel.objects.count() == 0
