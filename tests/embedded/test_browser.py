import pytest

from config.embedded import browser


@pytest.fixture
def no_browser(monkeypatch, tmp_path):
    """A machine without any browser; gives the folder that is its PATH."""
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "none"))
    monkeypatch.setattr(browser, "ON_MACOS", ())
    browser.problem.cache_clear()
    yield tmp_path
    browser.problem.cache_clear()


def program(folder, name, text="#!/bin/sh\n"):
    file = folder / name
    file.write_text(text)
    file.chmod(0o755)
    return file


def test_no_browser_is_a_problem_with_a_remedy(no_browser):
    assert browser.executable() is None
    problem = browser.problem()
    assert problem
    assert problem.remedy


def test_the_named_browser_wins(no_browser, monkeypatch):
    program(no_browser, "chromium")
    named = program(no_browser, "my-browser")
    monkeypatch.setenv("CHROMIUM", str(named))

    assert browser.executable() == named


def test_a_named_browser_that_is_missing_is_not_replaced_by_another(no_browser, monkeypatch):
    program(no_browser, "chromium")
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")

    assert browser.executable() is None


@pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome", "microsoft-edge"])
def test_a_browser_on_path_is_found(no_browser, name):
    file = program(no_browser, name)

    assert browser.executable() == file


def test_playwrights_own_browser_is_the_last_resort(no_browser, monkeypatch):
    folder = no_browser / "own" / "chromium-1234" / "chrome-linux"
    folder.mkdir(parents=True)
    file = program(folder, "chrome")
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(no_browser / "own"))

    assert browser.executable() == file


def test_a_driver_that_does_not_start_is_told_with_its_own_words(no_browser, monkeypatch):
    node = program(no_browser, "node", "#!/bin/sh\necho 'libatomic.so.1: cannot open' >&2\nexit 127\n")
    monkeypatch.setenv("PLAYWRIGHT_NODEJS_PATH", str(node))

    problem = browser.problem()

    assert "libatomic.so.1: cannot open" in problem.reason
    assert "libatomic1" in problem.remedy
