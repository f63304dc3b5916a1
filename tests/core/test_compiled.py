"""A query that the ORM puts into SQL once answers as the ORM would, whatever the ids."""

from uuid import uuid4

import pytest
from django.db.models import Value

from config.core.compiled import Compiled
from config.core.models import Role, User
from providers.models import HealthcareService
from tests.factories.core import AdminFactory, UserFactory
from tests.factories.providers import HealthcareServiceFactory

pytestmark = pytest.mark.django_db


def test_compiled_query_answers_for_each_id_with_one_query(django_assert_num_queries):
    people = Compiled(lambda key: User.objects.filter(pk=key, role=Role.PATIENT).values_list("email", "role"))
    ada, grace = UserFactory(), UserFactory()

    with django_assert_num_queries(3):
        found = [people.first(key) for key in (ada.pk, grace.pk, AdminFactory.build().pk)]

    assert found == [(ada.email, "patient"), (grace.email, "patient"), None]


def test_compiled_query_takes_each_id_where_it_belongs():
    both = Compiled(lambda other, key: User.objects.exclude(pk=other).filter(pk=key).values_list("pk"))
    ada = UserFactory()

    assert both.first(uuid4(), ada.pk) == (ada.pk,)
    assert both.first(ada.pk, ada.pk) is None


def test_compiled_query_of_whole_rows_gives_them_as_the_orm_does():
    services = Compiled(lambda key: HealthcareService.objects.filter(pk=key))
    service = HealthcareServiceFactory(translations={"es": {"name": "Acné"}}, states=["NY", "CA"])

    found = services.first(service.pk)

    stored = HealthcareService.objects.get(pk=service.pk)
    assert found.__dict__ | {"_state": None} == stored.__dict__ | {"_state": None}
    assert (found._state.adding, found._state.db) == (False, "default")


def test_compiled_query_gives_columns_without_a_value_as_none():
    people = Compiled(lambda key: User.objects.filter(pk=key).values_list("last_login"))

    assert people.first(UserFactory(last_login=None).pk) == (None,)


@pytest.mark.parametrize(
    "build",
    [
        lambda key: HealthcareService.objects.filter(states__contains=[key]),
        lambda _key: User.objects.all(),
        lambda key: User.objects.filter(pk=key).values("email"),
        lambda key: User.objects.filter(pk=key).values_list("email", flat=True),
        lambda key: User.objects.filter(pk=key).annotate(one=Value(1)),
        lambda key: User.objects.filter(pk=key).only("email"),
        lambda key: User.objects.filter(pk=key).select_related("patient"),
    ],
    ids=["id in a list", "id nowhere", "values", "flat", "annotated", "only", "related"],
)
def test_query_of_another_shape_is_refused_at_once(build):
    with pytest.raises(TypeError):
        Compiled(build).first(uuid4())
