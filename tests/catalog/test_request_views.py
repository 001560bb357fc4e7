import pytest
from django.urls import reverse

from catalog.enums import CatalogStatus
from catalog.models import Brand, Displacement, Producer, Request, VehicleModel
from catalog.services import reject_entry
from tests.catalog.test_requests import ask_brand, ask_model, clerk
from tests.factories import BrandFactory, EnterpriseFactory, ProducerFactory, UserFactory, VehicleModelFactory

pytestmark = pytest.mark.django_db
ADDS = [
    "catalog:brand-add",
    "catalog:producer-add",
    "catalog:link-add",
    "catalog:model-add",
    "catalog:displacement-add",
]
BACK = "/filing/edit/"


def brand_post(**values):
    producer = "" if "producer_mode" in values else ProducerFactory().pk
    return {
        "name": "星辰",
        "country": "CN",
        "category": "PASSENGER",
        "producer_mode": "LINK",
        "producer": producer,
        **values,
    }


def model_post(brand, **values):
    return {
        "brand": brand.pk,
        "producer": brand.producers.get().pk,
        "model_name": "途岳",
        "report_category": "SUV",
        "energy_type": "ICE",
        "displacement": "1.5、2.0",
        **values,
    }


@pytest.mark.parametrize("name", ADDS)
def test_pages_open_to_a_confirmed_seller(client_for, name):
    assert client_for(clerk()).get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", [*ADDS, "catalog:similar"])
def test_pages_are_closed_to_others(client_for, name):
    assert client_for(UserFactory(county=True)).get(reverse(name)).status_code == 403
    used = EnterpriseFactory(confirmed=True, used=True).staff.get()
    assert client_for(used).get(reverse(name)).status_code == 422


def test_own_requests_of_a_used_car_dealer_are_none_with_the_reason(client_for):
    used = EnterpriseFactory(confirmed=True, used=True).staff.get()
    page = client_for(used).get(reverse("catalog:request-list"))
    assert page.status_code == 200
    assert "由销售新车的企业" in page.content.decode()


@pytest.mark.parametrize(("name", "status"), [*zip(ADDS, [200, 200, 200, 422, 422], strict=True)])
def test_brands_and_producers_are_open_before_the_confirmation(client_for, name, status):
    assert client_for(clerk(complete=True)).get(reverse(name)).status_code == status


def test_brand_goes_back_to_where_one_came_from(client_for):
    answer = client_for(clerk()).post(reverse("catalog:brand-add"), brand_post(next=BACK))
    assert (answer.status_code, answer.url) == (302, BACK)
    assert Brand.objects.get(name="星辰").status == CatalogStatus.PENDING


@pytest.mark.parametrize(
    "url",
    [
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "https:evil.example",
        "http://evil.example/",
    ],
)
def test_way_back_never_leaves_the_site(client_for, url):
    client = client_for(clerk())
    page = client.get(reverse("catalog:brand-add"), {"next": url})
    assert page.context["next_url"] == ""
    answer = client.post(reverse("catalog:brand-add"), brand_post(next=url))
    assert answer.url == reverse("catalog:request-list")


def test_brand_with_a_new_producer(client_for):
    post = brand_post(
        producer_mode="NEW",
        producer_name="星辰汽车有限公司",
        producer_kind="FOREIGN",
        producer_country="DE",
        producer_uscc="ignored",
    )
    client_for(clerk()).post(reverse("catalog:brand-add"), post)
    producer = Producer.objects.get(name="星辰汽车有限公司")
    assert (producer.kind, producer.country, producer.uscc) == ("FOREIGN", "DE", "")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": ""}, "必填"),
        ({"name": "星\u200b辰"}, "不可见字符"),
        ({"producer_mode": "LINK", "producer": ""}, "新增品牌必须新增或关联生产商。"),
        ({"producer_mode": "NEW", "producer_kind": "DOMESTIC"}, "请填写新生产商名称。"),
        (
            {"producer_mode": "NEW", "producer_name": "星辰汽车", "producer_kind": "FOREIGN"},
            "境外生产商请选择所在国家。",
        ),
        (
            {
                "producer_mode": "NEW",
                "producer_name": "星辰汽车",
                "producer_kind": "DOMESTIC",
                "producer_uscc": "123",
            },
            "统一社会信用代码不正确",
        ),
        ({"evidence_url": "not a link"}, "请填写完整的网址"),
    ],
)
def test_refused_brand_keeps_what_was_typed(client_for, values, words):
    answer = client_for(clerk()).post(reverse("catalog:brand-add"), brand_post(**values))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Brand.objects.filter(name="星辰").exists()


def test_producer_of_a_brand(client_for):
    brand = BrandFactory()
    post = {"name": "星辰汽车有限公司", "kind": "DOMESTIC", "brand": brand.pk}
    assert client_for(clerk()).post(reverse("catalog:producer-add"), post).status_code == 302
    assert Producer.objects.get(name="星辰汽车有限公司").brands.get() == brand


def test_model_with_its_displacements(client_for):
    brand = BrandFactory()
    answer = client_for(clerk()).post(reverse("catalog:model-add"), model_post(brand))
    assert answer.status_code == 302
    assert [str(each.value) for each in VehicleModel.objects.get().displacements.all()] == ["1.5", "2.0"]


def test_question_is_asked_with_a_tick_and_answered(client_for):
    client, brand = client_for(clerk()), BrandFactory()
    post = model_post(brand, model_name="途岳旗舰版")
    refused = client.post(reverse("catalog:model-add"), post)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "车型名称疑似包含配置或版本（“旗舰”）" in page
    assert 'value="C-002:model_name"' in page
    assert 'value="途岳旗舰版"' in page
    answer = client.post(reverse("catalog:model-add"), {**post, "confirmed": ["C-002:model_name"]})
    assert answer.status_code == 302


def test_existing_model_is_offered_instead(client_for):
    known = VehicleModelFactory(name="途岳")
    answer = client_for(clerk()).post(
        reverse("catalog:model-add"), model_post(known.brand, model_name="途 岳")
    )
    page = answer.content.decode()
    assert "该生产商下已有车型“途岳”，请直接选用。" in page
    assert f"{reverse('catalog:displacement-add')}?model={known.pk}" in page


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"displacement": ""}, "添加车型时必须同时添加排量。"),
        ({"displacement": "1.55"}, "排量单位为升，保留一位小数，例如1.5；新能源车型可填0。"),
        ({"displacement": "0"}, "燃油及普通混动车型排量须大于0。"),
        ({"energy_type": "BEV"}, "纯电动、燃料电池车型排量填0"),
        ({"model_name": "途岳1.5T"}, "车型名称中不要包含排量"),
    ],
)
def test_refused_model_says_the_rule_at_its_control(client_for, values, words):
    answer = client_for(clerk()).post(reverse("catalog:model-add"), model_post(BrandFactory(), **values))
    assert answer.status_code == 422
    assert any(words in text for errors in answer.context["form"].errors.values() for text in errors)
    assert not VehicleModel.objects.exists()


def test_displacement_of_a_model_looked_up_first(client_for):
    model, client = VehicleModelFactory(name="途岳"), client_for(clerk())
    url = reverse("catalog:displacement-add")
    assert client.get(url, {"q": "途岳"}).context["found"][0] == model
    answer = client.post(f"{url}?model={model.pk}&next={BACK}", {"displacement": "2.0"})
    assert answer.url == BACK
    assert Displacement.objects.pending().get().model == model


def test_displacement_of_a_model_nobody_may_see_is_not_found(client_for):
    model = ask_model(clerk())
    url = f"{reverse('catalog:displacement-add')}?model={model.pk}"
    assert client_for(clerk()).get(url).status_code == 404
    assert client_for(clerk()).post(url, {"displacement": "2.0"}).status_code == 404


def test_guard_while_typing_speaks_as_the_refusal_does(client_for):
    known = VehicleModelFactory(name="凯美瑞")
    query = {
        "kind": "model",
        "field": "model_name",
        "model_name": "凯美锐",
        "brand": known.brand_id,
        "producer": known.producer_id,
    }
    page = client_for(clerk()).get(reverse("catalog:similar"), query).content.decode()
    assert "已有相近车型：“凯美瑞”。" in page
    assert 'value="C-005:model_name"' in page


def test_guard_knows_no_requests_of_others(client_for):
    ask_brand(clerk(), "星辰")
    page = client_for(clerk()).get(reverse("catalog:similar"), {"kind": "brand", "q": "星晨"})
    assert "星辰" not in page.content.decode()


@pytest.mark.parametrize("query", [{}, {"kind": "displacement"}, {"kind": "x", "q": "星"}])
def test_guard_of_an_unknown_kind_is_not_found(client_for, query):
    assert client_for(clerk()).get(reverse("catalog:similar"), query).status_code == 404


def test_hostile_queries_do_no_harm(client_for):
    client = client_for(clerk())
    for text in ("' OR 1=1 --", "\0", "%s", "{{7*7}}", "<script>"):
        query = {"kind": "model", "q": text, "brand": text, "producer": text, "field": text}
        page = client.get(reverse("catalog:similar"), query)
        assert page.status_code == 200
        assert "<script>" not in page.content.decode()


def test_own_requests_are_listed_with_state_and_reason(client_for):
    user = clerk()
    brand = ask_brand(user, "星辰")
    Brand.objects.filter(pk=brand.pk).update(status=CatalogStatus.REJECTED, reason="已有“星辰汽车”。")
    ask_model(user, "途岳")
    ask_brand(clerk(), "别家")
    page = client_for(user).get(reverse("catalog:request-list"))
    assert [str(row.entry) for row in page.context["page"].rows][-1] == "星辰"
    assert Request.objects.count() == 4
    assert len(page.context["page"].rows) == 2
    assert "已有“星辰汽车”。" in page.content.decode()
    assert "别家" not in page.content.decode()


def test_own_model_is_listed_with_the_displacements_asked_for_whatever_became_of_it(client_for):
    user, other, admin = clerk(), clerk(), UserFactory(admin=True)
    model = ask_model(user, "途岳", displacements=["1.5", "2.0"])
    ask_model(other, "途岳", brand=model.brand, displacements=["1.8"])
    url = f"{reverse('catalog:displacement-add')}?model={model.pk}"
    waiting = client_for(user).get(url).context["form"].model.displacements.all()
    assert [str(each.value) for each in waiting] == ["1.5", "2.0"]
    reject_entry(kind="model", entry_id=model.pk, reason="已有“途岳”。", by=admin)
    for asker, words in ((user, "途岳 1.5、2.0 升<"), (other, "途岳 1.8 升<")):
        assert words in client_for(asker).get(reverse("catalog:request-list")).content.decode()


def test_own_requests_cost_the_same_queries_for_one_and_for_three(client_for, queries_of):
    user = clerk()
    client, counts = client_for(user), []
    for names in (["甲星"], ["乙月", "丙云"]):
        for name in names:
            ask_brand(user, name)
            ask_model(user, name)
        with queries_of() as queries:
            client.get(reverse("catalog:request-list"))
        counts.append(len(queries))
    assert counts[0] == counts[1]
