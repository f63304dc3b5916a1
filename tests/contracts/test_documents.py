"""What is written down is so: the journey's table, the change log, the versions."""

import re
import tomllib
from itertools import takewhile

import pytest

from config.embedded import binaries, paths
from tests.contracts.product import flow_modules, flows, functions, models, name_of

FLOWS_PAGE = paths.CHECKOUT / "docs" / "flows.md"
CHANGELOG = paths.CHECKOUT / "CHANGELOG.md"
# What a cell of the table may name beside the rows of a model.
NO_MODELS = {"OpenAPI", "FHIR"}


def table():
    """Return the rows of the journey's table as dictionaries."""
    lines = FLOWS_PAGE.read_text().splitlines()
    start = next(index for index, line in enumerate(lines) if "| function |" in line)
    heads, _, *rows = takewhile(lambda line: line.startswith("|"), lines[start:])
    return [dict(zip(_cells(heads), _cells(row), strict=True)) for row in rows]


def _cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def test_every_row_of_the_journey_names_a_function_that_exists():
    there = {f"{module.__name__}.{name}" for module in flow_modules() for name in functions(module)}

    named = [row["function"].strip("`") for row in table()]

    assert [name for name in named if name not in there] == []
    assert len(named) == len(set(named))


def test_every_flow_is_a_row_of_the_journey():
    named = {row["function"].strip("`") for row in table()}

    assert [name for found in flows() if (name := name_of(found)) not in named] == [], "add its row to docs/flows.md"


def test_every_row_of_the_journey_writes_models_that_exist():
    there = {model.__name__ for model in models()}

    written = {word for row in table() for word in re.findall(r"\b[A-Z][A-Za-z]+\b", row["writes"])}

    assert written - there - NO_MODELS == set()


def version():
    """Return the version of the package."""
    return tomllib.loads((paths.CHECKOUT / "pyproject.toml").read_text())["project"]["version"]


def test_change_log_begins_with_the_version_of_the_package():
    if not CHANGELOG.exists():
        pytest.skip("!!!! CHANGELOG.md is not written yet")

    newest = re.search(r"^## \[?v?(\d+\.\d+\.\d+)", CHANGELOG.read_text(), re.MULTILINE)

    assert newest[1] == version()


def test_openapi_document_has_the_version_of_the_package(settings):
    assert settings.SPECTACULAR_SETTINGS["VERSION"] == version()


def test_every_place_names_the_same_two_versions_of_postgresql():
    oldest, newest = 15, binaries.postgres().major
    places = [*paths.CHECKOUT.glob("*.md"), *paths.CHECKOUT.glob("docs/**/*.md"), paths.CHECKOUT / ".ci" / "run"]

    named = {int(number) for place in places for number in re.findall(r"PostgreSQL (\d+)", place.read_text())}

    assert named <= {oldest, newest}
    assert f"pginstall{newest}" in (paths.CHECKOUT / "run.py").read_text()
    assert f"postgresql-{oldest}" in (paths.CHECKOUT / ".ci" / "run").read_text()
