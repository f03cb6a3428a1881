"""A prompt, on the whole path: a customer's message is sent by HTTP until the prompt is on the rep's page.

A whole `rapport up` in a folder of its own; 100 reps with a chat each and a guide, and a library of objections.
Customers write every 10 to 30 seconds and reps answer each message, so that 100 contacts write ten messages a
second. Both pages fetch what the browser's do, after the same delay (desk.js, portal/talk.js): of a message that
the other side wrote the last lines, of a prompt the panel, of a move in the guide both; for what
a page has sent itself nothing, since its answer held it. A browser asks for the lines after the last it shows, and
gets those of the minute before too; here a page asks for those of the last minute. Beside that, as on every open
page: where the customer is and the queue's length every ten seconds, the desk's pulse every 15.
Beside it, in the same run, how long the bare message takes to the rep's stream: with the prompter at work, and
with it standing still. The load maker shares the processors.
"""

import argparse
import os
import re
import signal
import time
import urllib.request
from collections.abc import Iterable
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

KEY, AIM_SECONDS, LINES, GIVE_UP = "bench", 0.150, 32, 30.0
LAST = "9" * 18  # "after" the newest message: the lines of the last minute
EVERY_SECONDS, ANSWER_SECONDS, SOON = (10.0, 30.0), (3.0, 7.0), 2.5
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
# Each has another number every time: a sentence that was met before costs the recogniser nothing.
SAID = (
    "Honestly, the annual fee of {} is too high for me, and it went up again this year.",
    "And I never use the card, it just lies in the drawer at home since {}.",
    "The fee is too high for me, {} a year. Other people pay nothing at all for theirs!",
    "I have no need for it any more since {}",
    "that fee of {} a year is too high",
    "I never use the card, not {} times since we moved to the country last summer.",
)
ANSWERED = (
    "I understand that, and thank you for telling me. I see {} here.",
    "Let me see what I can do about the {}. One moment, please.",
    "It costs nothing to keep it for the next {} journeys.",
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Seconds from a customer's message sent to its event and its prompt on the rep's stream, and to the page.

    ``silent`` messages had no prompt of their own, though all say what is in the library: there should be none;
    ``written`` counts those of customers and reps.
    """

    messages: list[float]
    prompts: list[float]
    shown: list[float]
    silent: int
    written: int


class Talk:
    """The contacts that talk."""

    def __init__(self, place: Installation, maker: LoadMaker, contacts: "list[Contact]") -> None:
        self.place, self.maker, self.contacts, self.random = place, maker, contacts, Random(1)
        self.turns = [0] * len(contacts)
        with urllib.request.urlopen(f"{place.address}/p/{KEY}/") as page:
            self.token = re.findall(r'csrfmiddlewaretoken" value="(\w+)"', page.read().decode())[0]
            self.cookie = page.headers["Set-Cookie"].split(";")[0]
        self.reps = [self._rep(one) for one in contacts]
        self.customers = [self._customer(one) for one in contacts]

    def _rep(self, contact: "Contact") -> str:
        from django.conf import settings
        from django.test import Client

        assert contact.rep is not None
        browser = Client()
        browser.force_login(contact.rep.user)
        name = settings.SESSION_COOKIE_NAME
        return f"{name}={browser.cookies[name].value}"

    def _customer(self, contact: "Contact") -> str:
        from django.core import signing

        from rapport.portal.access import SALT

        signed = signing.dumps([contact.programme_id, str(contact.public_id)], salt=SALT)
        return f"rapport_contact_{self.place.port}={signed}"

    def request(self, number: int, who: str, path: str, told: dict[str, str] | None = None) -> bytes:
        """A request of a customer or a rep, as a proxy hands it on; a form where something is told."""
        body = urlencode({"csrfmiddlewaretoken": self.token, **told}) if told else ""
        form = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        form += "Accept: application/json\r\n" if path.startswith("/p/") else "HX-Request: true\r\n"
        return (
            f"{'POST' if told else 'GET'} {path} HTTP/1.1\r\nHost: localhost:{self.place.port}\r\n"
            f"Cookie: {self.cookie}; {who}\r\nX-Forwarded-For: 10.0.{number >> 8}.{number & 255}\r\n"
            f"X-Forwarded-Proto: https\r\nReferer: https://localhost:{self.place.port}/\r\n"
            f"{form if told else ''}\r\n{body}"
        ).encode()

    def pages(self) -> list[list[tuple[bytes, float, bytes]]]:
        """What the pages of the reps, then of the customers, fetch on hearing what, after how long."""
        reps, customers = [], []
        for number, contact in enumerate(self.contacts):
            at = f"/at/{KEY}/desk/contacts/{contact.public_id}"
            lines = self.request(number, self.reps[number], f"{at}/messages/new/?after={LAST}")
            panel = self.request(number, self.reps[number], f"{at}/prompts/")
            guide = self.request(number, self.reps[number], f"{at}/guide/now/")
            moves = [(b"guide", 0.06, guide), (b"guide.", 0.06, panel)]  # both on every event of the guide
            reps.append([(b"chat.message", 0.04, lines), (b"prompt.made", 0.02, panel), *moves])
            customers.append([(b"chat.message", 0.04, self._part(number))])
        return reps + customers

    def steady(self) -> list[tuple[float, bytes]]:
        """What every open page fetches or sends all the time, and how often."""
        found = []
        for number, rep in enumerate(self.reps):
            found.append((10.0, self._part(number)))
            found.append((10.0, self.request(number, rep, f"/at/{KEY}/desk/line/")))
            found.append((15.0, self.request(number, rep, f"/at/{KEY}/desk/pulse/", {"pulse": "1"})))
        return found

    def _part(self, number: int) -> bytes:
        return self.request(number, self.customers[number], f"/p/{KEY}/contact/part/?after={LAST}")

    def _message(self, number: int, turn: int) -> bytes:
        text = SAID[turn % len(SAID)].format(self.random.randrange(10_000))
        told = {"text": text, "client_id": str(uuid4()), "after": LAST}
        return self.request(number, self.customers[number], f"/p/{KEY}/contact/say/", told)

    def _answer(self, number: int, turn: int) -> bytes:
        told = {
            "text": ANSWERED[turn % len(ANSWERED)].format(self.random.randrange(10_000)),
            "client_id": str(uuid4()),
            "after": LAST,
        }
        path = f"/at/{KEY}/desk/contacts/{self.contacts[number].public_id}/messages/"
        return self.request(number, self.reps[number], path, told)

    def go_on(self, seconds: float) -> Stretch:
        """Let all of them talk for a while; each begins at a moment of its own."""
        customers: list[tuple[float, int]] = []
        plan: list[tuple[float, bytes, int]] = []  # when, what, and whose page sends it
        for number in range(len(self.contacts)):
            at = self.random.uniform(0, EVERY_SECONDS[1])
            while at < seconds:
                self.turns[number] += 1
                customers.append((at, number))
                customer = len(self.contacts) + number
                plan.append((at, self._message(number, self.turns[number]), customer))
                answered = at + self.random.uniform(*ANSWER_SECONDS)
                plan.append((answered, self._answer(number, self.turns[number]), number))
                at += self.random.uniform(*EVERY_SECONDS)
        plan.sort()
        customers.sort()
        self.maker.take()
        self.maker.take_fetched()
        senders, requests = [one[2] for one in plan], [one[:2] for one in plan]
        self.maker.begin("post", "127.0.0.1", self.place.port, requests, LINES, GIVE_UP, senders)
        sent = self.maker.end()
        time.sleep(2.0)
        refused = [one for one in sent if one.answer[9:12] not in (b"302", b"200")]  # a form's way back, or a page
        if refused:
            print(f"{len(refused)} messages were refused, such as: {refused[0].answer[:200]!r}")
        begun = min(one.due for one in sent) - plan[0][0]
        return self._timed([(begun + at, number) for at, number in customers], len(plan))

    def _timed(self, due: list[tuple[float, int]], written: int) -> Stretch:
        heard: dict[tuple[bytes, UUID], list[float]] = {}
        for at, number, data in self.maker.take():
            for name, subject in HEARD.findall(data) if number < len(self.contacts) else ():
                heard.setdefault((name, UUID(subject.decode())), []).append(at)
        there: dict[int, list[float]] = {}
        for one in self.maker.take_fetched():
            if one.answer[9:12] not in (b"200", b"204"):
                print(f"a page could not be fetched: {one}")
            elif one.name == b"prompt.made":
                there.setdefault(one.number, []).append(one.answered)

        def until(times: Iterable[float], at: float) -> float | None:
            return min((one - at for one in times if 0 <= one - at < SOON), default=None)

        found: tuple[list[float], list[float], list[float]] = ([], [], [])
        for at, number in due:
            contact = self.contacts[number].public_id
            said, made = (until(heard.get((name, contact), ()), at) for name in (b"chat.message", b"prompt.made"))
            shown = until(there.get(number, ()), at + made) if made is not None else None
            for values, one in zip(found, (said, made, made + shown if made and shown else None), strict=True):
                values.extend([] if one is None else [one])
        return Stretch(*found, silent=len(due) - len(found[1]), written=written)


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
            talk = Talk(place, maker, contacts)
        heard = [f"member:{one.rep_id}" for one in contacts] + [f"contact:{one.public_id}" for one in contacts]
        signed = [tickets.issue([one], programme_id=programme.pk) for one in heard]
        opened = maker.open("127.0.0.1", place.port + 1, [f"/stream?ticket={one}" for one in signed])[0]
        maker.fetch("127.0.0.1", place.port, talk.pages(), talk.steady(), LINES)
        talk.go_on(EVERY_SECONDS[1])  # to warm up
        before = {name: seconds_of_processor(place.pid(name)) for name in PROCESSES}
        full = talk.go_on(asked.seconds)
        work = {name: seconds_of_processor(place.pid(name)) - before[name] for name in PROCESSES}
        memory = megabytes(place.pid("prompter"))
        os.killpg(place.pid("prompter"), signal.SIGSTOP)
        alone = talk.go_on(asked.seconds / 2)
        os.killpg(place.pid("prompter"), signal.SIGCONT)
        print(f"{opened} streams open, {len(full.messages)} messages of customers; {full.silent} without a prompt")
        print(f"{'milliseconds from a message sent':<52}{'p50':>9}{'p95':>9}{'p99':>9}")
        told("to it on the rep's stream, the prompter at work", full.messages)
        told("to its prompt on the rep's stream", full.prompts)
        told("to its prompt on the rep's page", full.shown)
        told("to it on the rep's stream, the prompter still", alone.messages)
        print(f"prompt p99 / aim of {AIM_SECONDS * 1000:.0f} ms: {spread(full.prompts)[2] / AIM_SECONDS:.2f}")
        print(f"memory of the prompter: {memory:.0f} MB")
        each = ", ".join(f"{name} {spent / full.written * 1000:.1f}" for name, spent in work.items())
        print(f"milliseconds of processor a message of customer or rep, pages and all: {each}")


if __name__ == "__main__":
    main()
