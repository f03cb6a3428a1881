"""Work on a floor while its processes die: run as a child, with the installation's environment.

Customers begin chats and a telephone system reports calls, each again and again until it is taken; reps accept,
talk and wrap up through the same actions as people. Prints what it saw as JSON when all is done.
"""

import json
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from uuid import UUID, uuid4

import httpx
from django.db import InterfaceError, OperationalError, close_old_connections, connection

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member, Programme
from rapport.accounts.roles import Right
from rapport.channels.chat import actions as chat
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact
from rapport.contacts.queries import held_by
from rapport.kit.errors import Conflict, NotFound
from rapport.kit.walls import inside
from rapport.routing import actions as routing
from rapport.routing import presence
from rapport.routing.queries import open_offer_to

CHATS = CALLS = 40
REPS = 4
GIVE_UP_SECONDS = 90.0
T = TypeVar("T")


def insist(work: Callable[[], T]) -> T:
    """Do something again until the database takes it, as a page or a telephone system would."""
    while True:
        try:
            return work()
        except (OperationalError, InterfaceError):
            connection.close()
            time.sleep(0.1)


def inside_of(programme: Programme) -> Callable[[Callable[[], T]], T]:
    """Return what does a work inside the programme."""

    def enter(work: Callable[[], T]) -> T:
        with inside(programme.pk):
            return work()

    return enter


def chat_begins(programme: Programme, client_id: UUID) -> None:
    with_wall = inside_of(programme)
    insist(
        lambda: with_wall(
            lambda: chat.begin(
                programme=programme, email="ada@example.org", text="Hello", reason=None, client_id=client_id
            )
        )
    )


def call_happens(address: str, token: str, number: int) -> None:
    for event in ("newCall", "answer", "hangup"):
        told = {"event": event, "callId": str(number), "from": "+4930123", "user": "pbx-only"}
        while True:
            try:
                url = f"{address}/api/cti/v1/cards/events"
                answer = httpx.post(url, json=told, headers={"Authorization": f"Bearer {token}"}, timeout=5)
                if answer.status_code == 200:
                    break
            except httpx.TransportError:
                pass
            time.sleep(0.1)


def rep_works(member: Member, until: Callable[[], bool]) -> None:
    while not until():
        try:
            close_old_connections()
            with inside(member.programme_id):
                one_step(member)
        except (OperationalError, InterfaceError):
            connection.close()
        except (Conflict, NotFound):
            pass  # the state moved on between the look and the deed
        time.sleep(0.05)


def one_step(member: Member) -> None:
    presence.pulse(member=member)
    now = presence.presence_of(member)
    held, offer = next(iter(held_by(member)), None), open_offer_to(member)
    if held is not None and held.state == "active":
        routing.end_conversation(held, by="rep", actor=f"member:{member.pk}")
    elif held is not None:
        routing.finish_wrap_up(
            member=member, contact_id=held.public_id, disposition="done", resolved=True, summary="Done."
        )
    elif offer is not None:
        routing.accept(member=member, offer_id=offer.public_id)
    elif now is None or now.doing not in ("available", "reserved"):
        presence.choose(member=member, doing="available")


def all_done(programme: Programme) -> bool:
    closed = Contact.objects.filter(state="closed")
    return insist(lambda: inside_of(programme)(closed.count)) == CHATS + CALLS


def main() -> None:
    address = f"http://localhost:{os.environ['RAPPORT_PORT']}"
    programme, _ = accounts.ensure_programme(key="cards")
    with inside(programme.pk):
        contacts.ensure_disposition(programme=programme, key="done", name="Done")
        accounts.ensure_member(programme=programme, agent_id="pbx-only")
        reps = [accounts.ensure_member(programme=programme, agent_id=f"rep{n}") for n in range(REPS)]
        token = accounts.issue_token(programme=programme, name="pbx", rights=[Right.REPORT_CALLS])
    print("working", flush=True)
    ends_at = time.monotonic() + GIVE_UP_SECONDS
    with ThreadPoolExecutor(REPS + 8) as pool:
        for rep in reps:
            pool.submit(rep_works, rep, lambda: time.monotonic() > ends_at or all_done(programme))
        for number in range(CHATS):
            pool.submit(chat_begins, programme, uuid4())
            pool.submit(call_happens, address, token, number)
            time.sleep(0.1)
    print(json.dumps({"done": all_done(programme)}), flush=True)
