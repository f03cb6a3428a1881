"""kill -9 of the process that sends, the moment the mail server has taken the letter: seen, and sent once more."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import connection

from rapport.conftest import World
from rapport.kit import clock
from rapport.kit.tests.post import Box, post_office
from rapport.recognition.mailing import actions
from rapport.recognition.mailing.models import Recipient, Sending
from rapport.recognition.models import RallyNote

PROGRAM = "import django; django.setup(); from rapport.recognition.mailing import jobs; jobs.send(0)"


def environment(port: int, sender: str) -> dict[str, str]:
    told = connection.settings_dict
    place = (
        f"postgresql://{told['USER']}:{told['PASSWORD']}@/{told['NAME']}?host={told['HOST']}&port={told['PORT']}"
    )
    return {
        **os.environ,
        "DATABASE_URL": place,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "DJANGO_SETTINGS_MODULE": "rapport.config.settings",
        "RAPPORT_MAIL_HOST": "127.0.0.1",
        "RAPPORT_MAIL_PORT": str(port),
        "RAPPORT_MAIL_TLS": "none",
        "RAPPORT_MAIL_FROM": sender,
    }


@pytest.mark.processes
def test_who_is_killed_as_the_letter_leaves_sends_it_once_more_and_it_shows(committed_world: World) -> None:
    world, now, box = committed_world, clock.now(), Box()
    Recipient.objects.create(
        programme=world.programme,
        address="them@partner.example",
        set_by=world.supervisor,
        set_at=now,
        confirmed_at=now,
    )
    note = RallyNote.objects.create(
        programme=world.programme, day=now.date(), drafted_at=now, published_at=now, status="published"
    )
    with post_office(box) as server, pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.MAIL", server)
        assert actions.prepare(programme=world.programme, note=note) == 1
        running: list[int] = []

        def run() -> int:
            told = environment(server.port, server.sender)
            with subprocess.Popen([sys.executable, "-c", PROGRAM], env=told) as process:
                running.append(process.pid)
                return process.wait(60)

        box.on_data = lambda: os.kill(running[-1], signal.SIGKILL)
        assert run() == -signal.SIGKILL
        row = Sending.objects.get()
        assert (row.state, row.tries, row.answers) == ("waiting", 1, 0)
        box.on_data = lambda: None
        assert run() == 0
        assert len(box.taken) == 1, "not before the killed process must be dead"
        Sending.objects.update(due_at=clock.now() - timedelta(seconds=1))
        assert run() == 0 and run() == 0
    row = Sending.objects.get()
    assert (row.state, row.tries, row.answers, row.is_unsure) == ("sent", 2, 1, True)
    assert len(box.taken) == 2 and len({letter["Message-ID"] for letter in box.taken}) == 1
