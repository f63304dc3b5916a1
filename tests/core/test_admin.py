"""Administrators see accounts and the audit trail, and change neither."""

from datetime import UTC, datetime

import pytest

from config.core import audit
from tests.factories.core import AdminFactory, UserFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def admin(client):
    client.force_login(AdminFactory())
    return client


def test_accounts_are_found_by_address_and_cannot_be_changed(admin):
    user = UserFactory(email="rare.name@example.org")

    page = admin.get("/admin/core/user/", {"q": "rare.name"})
    row = f"/admin/core/user/{user.pk}/"

    assert [found.pk for found in page.context["cl"].queryset] == [user.pk]
    assert admin.get(f"{row}change/").status_code == 200
    assert admin.post(f"{row}change/", {"email": "other@example.org"}).status_code == 403
    assert admin.post(f"{row}delete/", {"post": "yes"}).status_code == 403
    assert admin.get("/admin/core/user/add/").status_code == 403


def test_audit_trail_of_one_row_is_found_by_its_id(admin):
    about, other = UserFactory(), UserFactory()
    event = audit.record(event="core.user.seen", entity=about, by=other, now=NOW)
    audit.record(event="core.user.seen", entity=other, by=about, now=NOW)

    page = admin.get("/admin/core/auditevent/", {"q": str(about.pk)})

    assert [found.pk for found in page.context["cl"].queryset] == [event.pk]
    assert admin.get(f"/admin/core/auditevent/{event.pk}/change/").status_code == 200
    assert admin.post(f"/admin/core/auditevent/{event.pk}/delete/", {"post": "yes"}).status_code == 403


def test_audit_trail_costs_the_same_for_few_and_for_many_events(admin, django_assert_num_queries):
    admin.get("/admin/core/auditevent/")
    for _ in range(12):
        audit.record(event="core.user.seen", entity=UserFactory(), by=UserFactory(), now=NOW)

    with django_assert_num_queries(6):
        admin.get("/admin/core/auditevent/")
