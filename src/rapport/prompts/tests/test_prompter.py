"""Prompters as they run: processes of their own, several at once, killed in the middle of their work."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connection

from rapport.channels.chat import actions as chat
from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.events.queries import history_of
from rapport.kit.walls import ENTER
from rapport.prompts import knowing, prompter
from rapport.prompts.by_words import ByWords
from rapport.prompts.findings import Finding, Known
from rapport.prompts.models import Prompt
from rapport.prompts.prompter import Prompter

LEAVING = "I want to cancel my contract"
COMPETITOR = "another bank gives me a better rate"
BLOCKED = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture(autouse=True)
def by_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recognise by words in this process, so that no model is loaded into it."""
    monkeypatch.setattr(prompter, "recogniser", ByWords)
    knowing.forget()


def talk(world: World, name: str) -> Contact:
    """A chat of a customer that begins."""
    return chat.begin(
        programme=world.programme,
        email=f"{name}@example.org",
        text="Hello",
        reason=world.reason,
        client_id=uuid4(),
    )


def say(contact: Contact, text: str) -> None:
    chat.say(contact, author="customer", text=text, client_id=uuid4())


def kinds(contact: Contact) -> list[str]:
    return sorted(Prompt.objects.filter(contact=contact).values_list("kind", flat=True))


def database() -> dict[str, Any]:
    found = connection.settings_dict
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return {key: found[name] for key, name in names.items() if found[name]}


@contextmanager
def another_prompter() -> Iterator["subprocess.Popen[bytes]"]:
    """A prompter in a process of its own; killed at the end, if not before."""
    at = {key: str(value) for key, value in database().items()}
    url = f"postgresql://{at['user']}:{at.get('password', '')}@/{at['dbname']}?host={at['host']}"
    running = subprocess.Popen(
        [sys.executable, "-m", "rapport.runtime.child", "rapport.prompts.prompter"],
        env={**os.environ, "DATABASE_URL": f"{url}&port={at.get('port', 5432)}"},
    )
    try:
        yield running
    finally:
        running.kill()
        running.wait()


@contextmanager
def held(contact: Contact) -> Iterator[None]:
    """A prompt that somebody else is about to write and then does not: whoever writes the same one waits."""
    with psycopg.connect(**database()) as other:
        other.execute(ENTER, (str(contact.programme_id),))
        other.execute(
            "INSERT INTO prompts_prompt (programme_id, public_id, contact_id, message, kind, about, rank,"
            " sureness, because, words, made_at) VALUES (%s, %s, %s, 0, 'leaving', '', 0, 1, 'said', '', now())",
            (contact.programme_id, uuid4(), contact.pk),
        )
        yield
        other.rollback()


def blocked() -> int:
    with connection.cursor() as cursor:
        cursor.execute(BLOCKED)
        return int(cursor.fetchone()[0])


def until(becomes_so: Callable[[], object]) -> None:
    for _ in range(1200):
        if becomes_so():
            return
        time.sleep(0.05)
    raise AssertionError("it did not become so")


def test_two_prompters_and_kill_9_in_the_middle_lose_and_double_nothing(committed_world: World) -> None:
    held_up, free = talk(committed_world, "ada"), talk(committed_world, "bob")
    here = Prompter()
    here.look()
    say(held_up, LEAVING)
    with another_prompter() as there:
        with held(held_up):
            until(lambda: blocked() == 1)
            say(free, LEAVING)
            here.look()
            assert (blocked(), kinds(held_up), kinds(free)) == (1, [], ["leaving"])
            there.kill()
            there.wait()
        until(lambda: blocked() == 0)
        assert kinds(held_up) == []
    say(held_up, COMPETITOR)
    for _ in range(2):
        here.look()
    assert (kinds(held_up), kinds(free)) == (["competitor", "leaving"], ["leaving"])
    told = history_of(committed_world.programme, held_up.public_id)
    assert [one.name for one in told].count("prompt.made") == 1


def test_a_fault_in_one_contact_holds_up_no_other(world: World) -> None:
    class Broken(ByWords):
        def of_customer(self, text: str, known: Known) -> list[Finding]:
            if "boom" in text:
                raise ZeroDivisionError
            return super().of_customer(text, known)

    broken, whole = talk(world, "ada"), talk(world, "bob")
    say(broken, f"boom, {LEAVING}")
    say(whole, "I will switch to another bank")
    ears = Prompter()
    ears.by = Broken()
    ears.look()
    assert kinds(broken) == []
    assert "leaving" in kinds(whole)
    before = kinds(whole)
    ears.by = ByWords()
    ears.look()
    assert (kinds(broken), kinds(whole)) == ([], before)
