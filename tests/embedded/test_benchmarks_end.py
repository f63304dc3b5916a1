"""A benchmark that is ended leaves no process and no file, however it is ended."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from config.embedded import paths
from tests.embedded.demo import NOT_INHERITED, is_there, wait_until

pytestmark = [
    pytest.mark.slow(seconds=25),
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]


class Benchmark:
    """The messages, in their quick form, with a folder of its own for everything temporary."""

    def __init__(self, output):
        # The sockets of the servers have short paths.
        self.folder = Path(tempfile.mkdtemp(prefix="bench-", dir="/tmp"))
        self.folder.chmod(0o711)
        self.output = output
        kept = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
        with output.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.messages", "--quick"],
                cwd=paths.CHECKOUT,
                env={**kept, "TMPDIR": str(self.folder)},
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def processes(self):
        """Return the command line of every process of this run, but for those that have ended, by its number."""
        mark, found = os.fsencode(self.folder), {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
                # Valkey writes its title over its environment; its folder tells.
                places = (words, (folder / "environ").read_bytes(), os.fsencode(os.readlink(folder / "cwd")))
            except OSError:
                continue
            if any(mark in place for place in places) and is_there(int(folder.name)):
                found[int(folder.name)] = words.decode(errors="replace")
        return found

    def runs(self, words, *, seconds):
        """Wait until a process whose command line has these words runs; show what was printed if none ever does."""

        def there():
            return self.process.poll() is not None or any(words in line for line in self.processes().values())

        assert wait_until(there, seconds), self.said()
        assert self.process.poll() is None, self.said()

    def said(self):
        return self.output.read_text(errors="replace")

    def left(self):
        """Return what is still there: processes, and names in the temporary folder."""
        return [*self.processes().values(), *(file.name for file in self.folder.iterdir())]

    def remove(self):
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture
def benchmark(tmp_path):
    benchmark = Benchmark(tmp_path / "output")
    yield benchmark
    benchmark.remove()


def test_killed_benchmark_leaves_nothing(benchmark):
    benchmark.runs("celery -q -A config beat", seconds=180)
    running = " ".join(benchmark.processes().values())
    for words in ("bin/postgres", "valkey", "celery -q -A config worker", "tests.faults.sink"):
        assert words in running

    benchmark.process.kill()
    benchmark.process.wait()

    # The watchdog gives what is left three seconds.
    assert wait_until(lambda: benchmark.left() == [], 8), benchmark.left()


def test_benchmark_that_is_stopped_while_it_prepares_leaves_nothing(benchmark):
    benchmark.runs("bin/postgres", seconds=60)

    benchmark.process.send_signal(signal.SIGINT)

    benchmark.process.wait(30)
    assert wait_until(lambda: benchmark.left() == [], 8), benchmark.left()
