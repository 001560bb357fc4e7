"""One page asks who somebody is once; what writes asks anew."""

from django.http import HttpResponse
from django.test import RequestFactory

from autoflow.common.asking import once_a_page, page_memory
from tests.factories import FilingFactory, UserFactory


class Person:
    def __init__(self, pk):
        self.pk = pk


def asked(request, *people):
    """How often a question was put to the database during a request."""
    questions = []
    ask = once_a_page(lambda person: questions.append(person.pk))

    def view(request):
        for person in people:
            ask(person)
        return HttpResponse()

    page_memory(view)(request)
    page_memory(view)(request)
    return questions


def test_page_asks_once_for_each_person_and_forgets_at_its_end():
    first, second = Person(1), Person(2)
    assert asked(RequestFactory().get("/"), first, second, first) == [1, 2, 1, 2]


def test_request_that_writes_asks_each_time():
    assert asked(RequestFactory().post("/"), Person(1), Person(1)) == [1, 1, 1, 1]


def test_outside_a_request_nothing_is_remembered():
    questions = []
    ask = once_a_page(lambda person: questions.append(person.pk))
    ask(Person(1))
    ask(Person(1))
    assert questions == [1, 1]


def test_menu_asks_for_the_enterprise_once(client_for, queries_of, db):
    manager = UserFactory()
    FilingFactory(enterprise__staff=[manager])
    with queries_of() as queries:
        client_for(manager).get("/filing/edit/")
    own = 'FROM "filing_enterprise" INNER JOIN "filing_enterprise_staff"'
    assert sum(own in query["sql"] for query in queries) == 1
