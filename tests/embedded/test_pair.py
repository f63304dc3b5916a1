import tempfile

from config.embedded.pair import Pair


def test_a_pair_that_never_ran_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    urls = Pair().urls

    assert set(urls) == {"DATABASE_URL", "REDIS_URL"}
    assert list(tmp_path.iterdir()) == []


def test_a_pair_leaves_nothing_when_it_is_stopped():
    pair = Pair(postgres=False)
    pair.start()
    assert (pair.folder.stat().st_mode & 0o777, pair.sockets.exists()) == (0o711, True)

    pair.stop()

    assert not pair.folder.exists()
