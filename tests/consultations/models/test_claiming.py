"""The function that gives the best case: what is installed is what the code says."""

import pytest
from django.db import connection

from consultations.models import claiming

pytestmark = pytest.mark.django_db


def test_installed_function_is_the_one_of_the_code():
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [claiming.NAME])
        installed = cursor.fetchall()

    assert installed == [(claiming.BODY,)]
