import os
import smtplib
import stat
import subprocess
import sys
from email import message_from_bytes
from email.message import EmailMessage

import pytest

from config.embedded import paths
from tests.embedded.demo import free_port, wait_until


@pytest.fixture
def receiver(tmp_path):
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "config.embedded.mail", str(port)],
        cwd=paths.CHECKOUT,
        env={**os.environ, "ANTEROOM_STATE": str(tmp_path)},
    )

    def connects():
        try:
            smtplib.SMTP("127.0.0.1", port, timeout=5).quit()
        except OSError:
            return False
        return True

    assert wait_until(connects, 15)
    yield port
    process.terminate()
    assert process.wait(5) == 0


def test_a_mail_becomes_one_file_that_only_its_owner_may_read(receiver, tmp_path):
    message = EmailMessage()
    message["Subject"] = "Your visit"
    message["To"] = "header@example.org"
    message.set_content("See you, Señora.")

    with smtplib.SMTP("127.0.0.1", receiver, timeout=5) as client:
        client.send_message(message, from_addr="clinic@example.org", to_addrs=["envelope@example.org"])

    [file] = (tmp_path / "mail").iterdir()
    kept = message_from_bytes(file.read_bytes())
    assert file.suffix == ".eml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert kept["Subject"] == "Your visit"
    assert kept["X-Envelope-To"] == "envelope@example.org"
    assert "See you, Señora." in kept.get_payload(decode=True).decode()
