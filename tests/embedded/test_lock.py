import pytest

from config.embedded import lock

PROJECT = """
[project]
dependencies = ["django>=5.2,<5.3", "psycopg[binary]>=3.3"]
[dependency-groups]
dev = ["pytest>=9"]
"""
DJANGO = "django==5.2.19 \\\n    --hash=sha256:aa\n    # via\n    #   anteroom (pyproject.toml)\n    #   other\n"
PSYCOPG = "psycopg[binary]==3.3.9 \\\n    --hash=sha256:bb\n    # via anteroom (pyproject.toml)\n"
PYTEST = "pytest==9.2.0 \\\n    --hash=sha256:cc\n    # via anteroom (pyproject.toml:dev)\n"
CELERY = "celery==5.7.0 \\\n    --hash=sha256:dd\n    # via anteroom (pyproject.toml)\n"


@pytest.fixture
def checkout(monkeypatch, tmp_path):
    def write(runtime, development):
        for name, text in (("pyproject.toml", PROJECT), ("run.lock", runtime), ("dev.lock", development)):
            (tmp_path / name).write_text(text)
        monkeypatch.setattr(lock, "CHECKOUT", tmp_path)
        monkeypatch.setattr(lock, "RUNTIME", tmp_path / "run.lock")
        monkeypatch.setattr(lock, "DEVELOPMENT", tmp_path / "dev.lock")

    return write


def test_the_projects_own_locks_are_in_step():
    assert lock.faults() == []


@pytest.mark.parametrize(
    ("runtime", "development", "fault"),
    [
        (DJANGO + PSYCOPG, DJANGO + PSYCOPG + PYTEST, None),
        (DJANGO, DJANGO + PSYCOPG + PYTEST, "run.lock lacks psycopg"),
        (DJANGO + PSYCOPG, DJANGO + PSYCOPG, "dev.lock lacks pytest"),
        (
            DJANGO.replace("5.2.19", "5.1") + PSYCOPG,
            DJANGO.replace("5.2.19", "5.1") + PSYCOPG + PYTEST,
            "run.lock has django 5.1, pyproject.toml wants <5.3,>=5.2",
        ),
        (DJANGO + PSYCOPG + CELERY, DJANGO + PSYCOPG + CELERY + PYTEST, "run.lock still asks for celery"),
        (
            DJANGO + PSYCOPG,
            DJANGO.replace("5.2.19", "5.2.18") + PSYCOPG + PYTEST,
            "dev.lock has django 5.2.18, run.lock has 5.2.19",
        ),
        (DJANGO + PSYCOPG.replace("--hash=sha256:bb", ""), DJANGO + PSYCOPG + PYTEST, "run.lock has no hash for"),
        ("# https://host\n" + DJANGO + PSYCOPG, DJANGO + PSYCOPG + PYTEST, "run.lock names a host"),
    ],
    ids=["in step", "missing", "missing tool", "too old", "no longer wanted", "apart", "no hash", "host"],
)
def test_faults_names_every_difference(checkout, runtime, development, fault):
    checkout(runtime, development)

    found = lock.faults()

    assert (found == []) if fault is None else any(text.startswith(fault) for text in found), found
