import shutil
import stat
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from psycopg.conninfo import conninfo_to_dict
from redis.connection import parse_url

from config.embedded import paths
from config.settings.environment import broker


@pytest.fixture
def state(monkeypatch, tmp_path):
    monkeypatch.setenv("ANTEROOM_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


def test_state_is_in_the_checkout_unless_told_otherwise(monkeypatch):
    monkeypatch.delenv("ANTEROOM_STATE", raising=False)

    assert paths.state_dir() == paths.CHECKOUT / ".anteroom"


def test_urls_lead_to_the_same_folder_in_every_dialect(state):
    folder = str(paths.socket_dir())

    assert conninfo_to_dict(paths.database_url()) == {"user": "anteroom", "dbname": "anteroom", "host": folder}
    assert parse_url(paths.redis_url())["path"] == f"{folder}/valkey.sock"
    assert urlsplit(paths.broker_url()).path == f"{folder}/valkey.sock"
    assert broker(paths.redis_url()) == paths.broker_url()


def test_two_state_folders_have_different_sockets(state, monkeypatch):
    first = paths.socket_dir()
    monkeypatch.setenv("ANTEROOM_STATE", str(state) + "-two")

    assert paths.socket_dir() != first


def test_socket_path_fits_into_what_macos_allows(state, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T")

    assert len(str(paths.socket_dir() / ".s.PGSQL.5432.lock")) <= 103


def test_secret_key_is_made_once_and_only_its_owner_may_read_it(state):
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _: paths.secret_key(), range(16)))

    assert len(keys) == 1
    assert len(keys.pop()) >= 50
    assert stat.S_IMODE((state / "secret-key").stat().st_mode) == 0o600
    assert [file.name for file in state.iterdir()] == ["secret-key"]


def test_roots_data_is_outside_a_closed_checkout(monkeypatch, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setenv("ANTEROOM_STATE", str(closed / "state"))
    monkeypatch.setattr("os.getuid", lambda: 0)

    assert paths.data_dir().parent == Path("/var/tmp")


def test_roots_data_outside_is_forsaken_when_the_state_folder_was_deleted(monkeypatch, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setenv("ANTEROOM_STATE", str(closed / "state"))
    monkeypatch.setattr("os.getuid", lambda: 0)
    monkeypatch.setattr(paths, "OUTSIDE", tmp_path)
    before = paths.data_dir()
    before.mkdir()
    shutil.rmtree(closed / "state")

    assert paths.data_dir() != before
    assert paths.forsaken_data_dirs() == [before]


def test_a_plain_users_data_is_always_in_the_state_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("ANTEROOM_STATE", str(tmp_path / "state"))
    monkeypatch.setattr("os.getuid", lambda: 1000)

    assert paths.data_dir() == tmp_path / "state" / "data"
