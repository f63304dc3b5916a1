"""Protocols and templates come from the catalogue, once."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db.utils import DatabaseError

from consultations.models import DeterminationProtocol, PlanTemplate
from intake.adapters import catalogue
from tests.factories.providers import HealthcareServiceFactory

pytestmark = pytest.mark.django_db
PROTOCOL = {"code": "p", "version": "1", "title": "P", "criteria": [{"code": "adult", "text": "Adult"}]}


def write(folder, *, protocol=PROTOCOL, templates=()):
    line = folder / "sleep"
    line.mkdir(exist_ok=True)
    (line / "line.json").write_text(json.dumps({"slug": "sleep"}))
    (line / "protocol.json").write_text(json.dumps(protocol))
    (line / "care-plan.json").write_text(json.dumps({"templates": list(templates)}))


def load(folder):
    call_command("load_protocols", folder=folder, verbosity=0)


def test_load_twice_makes_each_row_once(tmp_path):
    HealthcareServiceFactory(slug="sleep")
    write(tmp_path, templates=[{"code": "t", "version": "1", "title": "T", "goals": []}])

    load(tmp_path)
    load(tmp_path)

    assert DeterminationProtocol.objects.get().criteria == PROTOCOL["criteria"]
    assert PlanTemplate.objects.get().body == {"goals": []}


def test_load_makes_the_newer_version_current(tmp_path):
    HealthcareServiceFactory(slug="sleep")
    write(tmp_path)
    load(tmp_path)
    write(tmp_path, protocol={**PROTOCOL, "version": "2"})

    load(tmp_path)

    assert DeterminationProtocol.objects.get(is_current=True).version == "2"


def test_load_refuses_other_content_under_the_same_version(tmp_path):
    HealthcareServiceFactory(slug="sleep")
    write(tmp_path)
    load(tmp_path)
    write(tmp_path, protocol={**PROTOCOL, "criteria": []})

    with pytest.raises(CommandError, match="new version"):
        load(tmp_path)


def test_load_needs_the_service(tmp_path):
    write(tmp_path)

    with pytest.raises(CommandError, match="load the catalogue"):
        load(tmp_path)


@pytest.mark.database
def test_database_refuses_to_change_published_criteria(tmp_path):
    HealthcareServiceFactory(slug="sleep")
    write(tmp_path)
    load(tmp_path)

    with pytest.raises(DatabaseError, match="determinationprotocol_fixed"):
        DeterminationProtocol.objects.update(criteria=[])


def test_shipped_lines_load():
    slugs = [file.parent.name for file in catalogue.ROOT.glob("*/line.json")]
    for slug in slugs:
        HealthcareServiceFactory(slug=slug)

    load(catalogue.ROOT)

    assert DeterminationProtocol.objects.filter(is_current=True).count() == len(slugs)
