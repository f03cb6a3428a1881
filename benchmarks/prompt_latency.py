"""A prompt, on the whole path: a customer's message is sent by HTTP, and the rep's open stream says there is one.

A whole `rapport up` in a folder of its own; 100 reps with a chat each and a guide, and a library of objections.
Each customer writes about every eight seconds, so that each message brings a prompt. Beside it, in the same run,
how long the bare message takes to the same stream: with the prompter at work, and with it standing still. The load
maker shares the processors.
"""

import argparse
import os
import re
import signal
import time
import urllib.request
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID, uuid4

from rig.maker import LoadMaker
from rig.place import installation, megabytes, seconds_of_processor, spread

from rapport.runtime.rig import Installation

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.contacts.models import Contact

KEY, EVERY_SECONDS, AIM_SECONDS, LINES, GIVE_UP = "bench", 8.0, 0.150, 32, 30.0
HEARD = re.compile(rb"event: ([a-z.]+)\ndata: \{\"subject\": \"([0-9a-f-]{36})\"")
PROCESSES = ("database", "web", "live", "prompter")
GUIDE = """
name = "Cancel a card"
[[steps]]
key = "hear"
title = "Hear the reason"
words = "What made you decide to close the card?"
touch_point = "guided"
required = "always"
[[steps]]
key = "objections"
kind = "objection"
title = "Answer what they object to"
objections = ["too_dear", "no_use"]
[[steps]]
key = "legal"
title = "Say the notice"
words = "Your card stays valid until the end of the month."
touch_point = "verbatim"
required = "always"
[[steps]]
key = "close"
kind = "close"
title = "Thank them"
"""
LIBRARY = """
[objections.too_dear]
name = "Too expensive"
examples = ["the annual fee is too high for me", "that costs too much"]
[objections.no_use]
name = "No use for it"
examples = ["I never use the card", "I have no need for it any more"]
[rebuttals.fee_back]
objection = "too_dear"
title = "The fee comes back"
approach = "price"
words = "Let me look at how the fee can come back to you."
[rebuttals.abroad]
objection = "no_use"
title = "For the next journey"
approach = "tailored"
words = "It costs nothing to keep it for the next journey."
"""
SAID = (
    "Honestly, the annual fee is too high for me, and it went up again this year.",
    "And I never use the card, it just lies in the drawer at home.",
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Seconds from a message sent to its event, and to its prompt, on the rep's stream; ``silent`` had none."""

    messages: list[float]
    prompts: list[float]
    silent: int


class Talk:
    """The contacts that talk."""

    def __init__(self, place: Installation, maker: LoadMaker, contacts: "list[Contact]") -> None:
        self.place, self.maker, self.contacts, self.random = place, maker, contacts, Random(1)
        self.said = dict.fromkeys((one.public_id for one in contacts), 0)
        with urllib.request.urlopen(f"{place.address}/p/{KEY}/") as page:
            self.token = re.findall(r'csrfmiddlewaretoken" value="(\w+)"', page.read().decode())[0]
            self.cookie = page.headers["Set-Cookie"].split(";")[0]

    def message(self, number: int) -> bytes:
        """The next message of a contact."""
        from django.core import signing

        from rapport.portal.access import SALT

        contact = self.contacts[number]
        turn = self.said[contact.public_id]
        self.said[contact.public_id] += 1
        signed = signing.dumps([contact.programme_id, str(contact.public_id)], salt=SALT)
        body = urlencode({"csrfmiddlewaretoken": self.token, "text": SAID[turn % 2], "client_id": str(uuid4())})
        head = (
            f"POST /p/{KEY}/contact/say/ HTTP/1.1\r\nHost: localhost:{self.place.port}\r\n"
            f"Cookie: {self.cookie}; rapport_contact_{self.place.port}={signed}\r\n"
            f"X-Forwarded-For: 10.0.{number >> 8}.{number & 255}\r\nX-Forwarded-Proto: https\r\n"
            f"Referer: https://localhost:{self.place.port}/\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return (head + body).encode()

    def go_on(self, seconds: float) -> Stretch:
        """Let all of them talk for a while; each begins at a moment of its own."""
        plan: list[tuple[float, int]] = []
        for number in range(len(self.contacts)):
            at = self.random.uniform(0, EVERY_SECONDS)
            while at < seconds:
                plan.append((at, number))
                at += self.random.uniform(0.75, 1.25) * EVERY_SECONDS
        plan.sort()
        self.maker.take()
        requests = [(at, self.message(number)) for at, number in plan]
        self.maker.begin("post", "127.0.0.1", self.place.port, requests, LINES, GIVE_UP)
        sent = self.maker.end()
        time.sleep(2.0)
        refused = [one for one in sent if b" 302 " not in one.answer[:20]]  # a form's way back to the page
        if refused:
            print(f"{len(refused)} messages were refused, such as: {refused[0].answer[:200]!r}")
        first = min(one.due for one in sent)
        due = [(first + at - plan[0][0], self.contacts[number].public_id) for at, number in plan]
        return self._timed(due)

    def _timed(self, due: list[tuple[float, UUID]]) -> Stretch:
        heard: dict[tuple[bytes, UUID], list[float]] = {}
        for at, _, data in self.maker.take():
            for name, subject in HEARD.findall(data):
                heard.setdefault((name, UUID(subject.decode())), []).append(at)

        def until(name: bytes, at: float, contact: UUID) -> float | None:
            later = [one - at for one in heard.get((name, contact), ()) if 0 <= one - at < EVERY_SECONDS * 0.7]
            return min(later, default=None)

        messages = [until(b"chat.message", at, contact) for at, contact in due]
        prompts = [until(b"prompt.made", at, contact) for at, contact in due]
        return Stretch(
            [one for one in messages if one is not None],
            [one for one in prompts if one is not None],
            sum(one is None for one in prompts),
        )


def talking(programme: "Programme", count: int) -> "list[Contact]":
    """Contacts in the hands of a rep each, with a guide, and a library."""
    from rig.floor import _reps

    from rapport.channels.chat.models import Conversation
    from rapport.contacts import actions as contacts
    from rapport.guides import actions as guides
    from rapport.guides.publishing import install
    from rapport.kit import clock

    reason = contacts.ensure_reason(programme=programme, key="cancel", name="Cancel my card")
    members, made = _reps(programme, count), []
    stock(programme, members[0])
    install(programme=programme, text=GUIDE)
    for member in members:
        contact, _ = contacts.arrive(
            programme=programme, channel="chat", actor="customer", reason=reason, external_id=f"chat:{uuid4()}"
        )
        Conversation.objects.create(programme=programme, contact=contact, customer_seen_at=clock.now())
        contacts.answer(contact, rep=member, actor="command")
        guides.begin(contact, actor="command")
        made.append(contact)
    return made


def stock(programme: "Programme", approver: "Member") -> None:
    """Have the library live."""
    from rapport.guides.library import actions as library
    from rapport.guides.library.access import access_entry
    from rapport.guides.library.reading import read_library

    written = read_library(LIBRARY)
    library.save_library(programme=programme, library=written)
    for _, key, _ in written.entries():
        entry = access_entry(programme, key)
        library.submit(entry=entry, number=1)
        library.approve(entry=entry, number=1, by=approver, actor="command")
        library.publish(entry=entry, number=1)


def told(what: str, values: list[float]) -> None:
    """Print the median and the tail."""
    print(f"{what:<52}" + "".join(f"{one * 1000:>9.0f}" for one in spread(values)))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60.0)
    asked = parser.parse_args()
    with installation(RAPPORT_STREAMS_PER_ADDRESS="0", RAPPORT_TLS="1") as place, LoadMaker() as maker:
        from rapport.accounts.actions import ensure_programme
        from rapport.kit.walls import inside
        from rapport.live import tickets

        programme, _ = ensure_programme(key=KEY, requires_second_factor=False)
        programme.rep_lost_after_seconds = 86_400
        programme.save()
        with inside(programme.pk):
            contacts = talking(programme, asked.contacts)
        signed = [tickets.issue([f"member:{one.rep_id}"], programme_id=programme.pk) for one in contacts]
        opened = maker.open("127.0.0.1", place.port + 1, [f"/stream?ticket={one}" for one in signed])[0]
        talk = Talk(place, maker, contacts)
        talk.go_on(EVERY_SECONDS)  # to warm up
        before, begun = {name: seconds_of_processor(place.pid(name)) for name in PROCESSES}, time.monotonic()
        full = talk.go_on(asked.seconds)
        took = time.monotonic() - begun
        work = {name: (seconds_of_processor(place.pid(name)) - before[name]) / took for name in PROCESSES}
        memory = megabytes(place.pid("prompter"))
        os.killpg(place.pid("prompter"), signal.SIGSTOP)
        alone = talk.go_on(asked.seconds / 2)
        os.killpg(place.pid("prompter"), signal.SIGCONT)
        print(
            f"{opened} streams open, {len(full.messages)} messages; {full.silent} without a prompt of their own\n"
        )
        print(f"{'milliseconds from a message sent':<52}{'p50':>9}{'p95':>9}{'p99':>9}")
        told("to it on the rep's stream, the prompter at work", full.messages)
        told("to its prompt on the rep's stream", full.prompts)
        told("to it on the rep's stream, the prompter still", alone.messages)
        print(f"prompt p99 / aim of {AIM_SECONDS * 1000:.0f} ms: {spread(full.prompts)[2] / AIM_SECONDS:.2f}")
        print(f"memory of the prompter: {memory:.0f} MB")
        print("share of one processor: " + ", ".join(f"{name} {share:.0%}" for name, share in work.items()))


if __name__ == "__main__":
    main()
