"""The whole path: a customer's form is sent by HTTP, and the contact rings on the rep's open stream.

A whole `rapport up` (PostgreSQL, web, live, router, worker) in a folder of its own, 10,000 reps signed in with an
open stream each, 200 skills. Chats come through the customers' page, at 50 a second and then as many as it
sustains. In the end the router is killed at 50 a second. Reps do not answer: there are enough of them for every
contact of the run. Beside it pgbench runs the bare SQL of the same transactions on the same database. The load
maker shares the processors, and its share is told.
"""

import argparse
import base64
import json
import os
import re
import signal
import subprocess
import time
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from rig import floor
from rig.maker import LoadMaker, Sent
from rig.place import installation, percentile, seconds_of_processor, spread

from rapport.runtime.rig import Installation

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme

KEY, AIM, AIM_SECONDS = "bench", 8, 0.100
RECOVERY_SECONDS, KILLED_AFTER = 20.0, 5.0
CUSTOMERS, PAST = 10_000, 100_000
LINES, SUSTAINED_LINES, GIVE_UP = 64, 8, 30.0
OFFERED = re.compile(rb"event: contact\.offered\ndata: \{\"subject\": \"([0-9a-f-]{36})\"")
COOKIE = re.compile(rb"rapport_contact_\d+=([A-Za-z0-9_-]+):")
PROCESSES = ("database", "router", "live", "web", "worker")
CLIENTS, BARE_SECONDS = 8, 15


@dataclass(slots=True)
class Run:
    """What one stretch of contacts showed: when each was due, answered and offered, in monotonic seconds."""

    sent: list[Sent]
    due: dict[UUID, float] = field(default_factory=dict)
    answered: dict[UUID, float] = field(default_factory=dict)
    offers: dict[UUID, list[float]] = field(default_factory=dict)

    def answers(self) -> list[float]:
        """Seconds from a form sent to its answer."""
        return [self.answered[one] - self.due[one] for one in self.due]

    def rings(self) -> list[float]:
        """Seconds from a form sent to the offer on its rep's stream."""
        return [self.offers[one][0] - self.due[one] for one in self.due if one in self.offers]

    def rate(self) -> float:
        """Contacts a second, from the first that was sent until the last one rang."""
        first, last = min(self.due.values()), max(times[0] for times in self.offers.values())
        return len(self.offers) / (last - first)

    def told(self, what: str) -> None:
        """Print how long it took."""
        for name, values in (("answer", self.answers()), ("offer on the stream", self.rings())):
            shown = "".join(f"{one * 1000:>10.0f}" for one in spread(values))
            print(f"{f'{what}: {name}':<46}{shown}")
        silent, again = len(self.due) - len(self.offers), sum(len(one) > 1 for one in self.offers.values())
        refused = len(self.sent) - len(self.due)
        print(f"{'':<46}{len(self.due):,} contacts; {refused} refused, {silent} never rang, {again} rang twice")


class Load:
    """The installation under load."""

    def __init__(self, place: Installation, maker: LoadMaker, programme: "Programme") -> None:
        self.place, self.maker, self.programme = place, maker, programme
        self.random, self.number = Random(1), 0
        with urllib.request.urlopen(f"{place.address}/p/{KEY}/") as page:
            self.token = re.findall(r'csrfmiddlewaretoken" value="(\w+)"', page.read().decode())[0]
            self.cookie = page.headers["Set-Cookie"].split(";")[0]

    def form(self) -> bytes:
        """The next customer's form, from a network address of their own, as a proxy hands it on."""
        self.number += 1
        body = urlencode(
            {
                "csrfmiddlewaretoken": self.token,
                "email": f"c{self.random.randrange(CUSTOMERS)}@example.org",
                "reason": f"r{self.random.randrange(floor.SKILLS)}",
                "text": "Hello, there is something wrong with my account.",
            }
        )
        address = f"10.{self.number >> 16 & 255}.{self.number >> 8 & 255}.{self.number & 255}"
        head = (
            f"POST /p/{KEY}/ HTTP/1.1\r\nHost: localhost:{self.place.port}\r\nCookie: {self.cookie}\r\n"
            f"X-Forwarded-For: {address}\r\nX-Forwarded-Proto: https\r\nReferer: https://localhost:{self.place.port}/\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return (head + body).encode()

    def arrivals(self, rate: float, seconds: float) -> list[tuple[float, bytes]]:
        """Forms that come by chance, so many a second."""
        found, at = [], self.random.expovariate(rate)
        while at < seconds:
            found.append((at, self.form()))
            at += self.random.expovariate(rate)
        return found

    def begin(self, requests: list[tuple[float, bytes]], lines: int) -> None:
        """Have the load maker send these."""
        self.maker.take()
        self.maker.begin("post", "127.0.0.1", self.place.port, requests, lines, GIVE_UP)

    def end(self) -> Run:
        """Wait until all is sent, and everything rings or half a minute has gone."""
        run = Run(self.maker.end())
        for one in run.sent:
            if found := COOKIE.search(one.answer):
                cookie = found[1] + b"=" * (-len(found[1]) % 4)
                contact = UUID(json.loads(base64.urlsafe_b64decode(cookie))[1])
                run.due[contact], run.answered[contact] = one.due, one.answered
        if not run.due:
            raise SystemExit(f"Every form was refused, the last with:\n{run.sent[-1].answer.decode()}")
        patience = time.monotonic() + GIVE_UP
        while len(run.offers) < len(run.due) and time.monotonic() < patience:
            for at, _, data in self.maker.take():
                for subject in OFFERED.findall(data):
                    run.offers.setdefault(UUID(subject.decode()), []).append(at)
            time.sleep(0.1)
        return run

    def work(self) -> dict[str, float]:
        """Seconds of processor that each process has used so far."""
        found = {name: seconds_of_processor(self.place.pid(name)) for name in PROCESSES}
        return {**found, "load maker": seconds_of_processor(self.maker.pid)}


def steady(path: Load, rate: float, seconds: float) -> None:
    """So many a second for a while."""
    before, begun = path.work(), time.monotonic()
    path.begin(path.arrivals(rate, seconds), LINES)
    run = path.end()
    took, after = time.monotonic() - begun, path.work()
    print(f"{f'milliseconds at {rate:.0f} a second':<46}{'p50':>10}{'p95':>10}{'p99':>10}")
    run.told("from sent to")
    beyond = percentile(run.rings(), 0.99) / AIM_SECONDS
    print(f"{'':<46}offer p99 / aim of {AIM_SECONDS * 1000:.0f} ms: {beyond:.1f}")
    shares = ", ".join(f"{name} {(after[name] - before[name]) / took:.0%}" for name in after)
    print(f"share of one processor: {shares}\n")


def most(path: Load, contacts: int) -> float:
    """Each line sends its next form when the last is answered; contacts a second until the last one rang."""
    path.begin([(0.0, path.form()) for _ in range(contacts)], SUSTAINED_LINES)
    run = path.end()
    ordered = sorted(run.answered.values())
    accepted = len(ordered) / (ordered[-1] - min(run.due.values()))
    late = max(one[0] for one in run.offers.values()) - ordered[-1]
    print(f"{f'most, {SUSTAINED_LINES} customers at once':<46}{run.rate():>10.1f} contacts a second ring")
    print(f"{'':<46}{accepted:>10.1f} a second taken; the last rang {late:.1f} s after it was taken\n")
    return run.rate()


def recovery(path: Load, rate: float) -> None:
    """Kill the router while contacts come."""
    path.begin(path.arrivals(rate, RECOVERY_SECONDS), LINES)
    time.sleep(KILLED_AFTER)
    os.kill(path.place.pid("router"), signal.SIGKILL)
    killed = time.monotonic()
    run = path.end()
    again = min(one[0] for one in run.offers.values() if one[0] > killed + 0.02)
    print(f"router killed at {rate:.0f} a second: the next offer rang after {again - killed:.2f} s")
    run.told("all of that time")
    print(f"{'in the database':<46}{counted(path.programme)}\n")


def counted(programme: "Programme") -> str:
    """What the database has of the contacts of this run."""
    from rapport.contacts.models import Contact
    from rapport.kit.walls import inside
    from rapport.routing.models import Offer

    with inside(programme.pk):
        waiting = set(Contact.objects.filter(state="waiting").values_list("pk", flat=True))
        offers = Counter(Offer.objects.values_list("contact_id", flat=True))
    silent, most = len(waiting - set(offers)), max(offers.values())
    return f"{len(waiting):,} wait, {silent} without an offer, {most} offer each at most"


def bare(place: Installation, programme: "Programme", members: "list[Member]") -> float:
    """Contacts a second by pgbench, with everything but the database standing still."""
    from django.conf import settings

    from rapport.customers.models import Customer
    from rapport.kit.walls import inside
    from rapport.runtime.place import choose

    with inside(programme.pk):
        customers = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
    told: dict[str, Any] = {
        "programme": programme.pk,
        "first_rep": members[0].pk,
        "last_rep": members[-1].pk,
        "first_customer": customers[0],
        "last_customer": customers[-1],
    }
    names = [f"-D{name}={value}" for name, value in told.items()]
    still = [place.pid(name) for name in PROCESSES if name != "database"]
    for pid in still:
        os.killpg(pid, signal.SIGSTOP)
    try:
        done = subprocess.run(
            [
                *(str(choose(place.home).programs / "pgbench"), "-n", "-Mprepared", f"-c{CLIENTS}", "-j1"),
                *(f"-T{BARE_SECONDS}", *names, "-f", str(Path(__file__).with_name("rig") / "bare.sql")),
                settings.DATABASE_URL,
            ],
            capture_output=True,
            text=True,
            check=True,
        )
    finally:
        for pid in still:
            os.killpg(pid, signal.SIGCONT)
    return float(re.findall(r"tps = ([\d.]+)", done.stdout)[0])


def open_desks(place: Installation, maker: LoadMaker, members: "list[Member]") -> int:
    """Open a stream for each rep, by a ticket as their page gets it; return how many opened."""
    from rapport.live import tickets

    opened = 0
    for first in range(0, len(members), 1_000):
        some = members[first : first + 1_000]
        signed = [tickets.issue([f"member:{one.pk}"], programme_id=one.programme_id) for one in some]
        opened += maker.open("127.0.0.1", place.port + 1, [f"/stream?ticket={one}" for one in signed])[0]
    return opened


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reps", type=int, default=10_000)
    parser.add_argument("--rate", type=float, default=50.0, help="contacts a second")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--most", type=int, default=2_000, help="contacts of the stretch at full speed")
    asked = parser.parse_args()
    with installation(RAPPORT_STREAMS_PER_ADDRESS="0", RAPPORT_TLS="1") as place, LoadMaker() as maker:
        from rapport.accounts.actions import ensure_programme
        from rapport.kit.walls import inside

        programme, _ = ensure_programme(key=KEY, requires_second_factor=False)
        programme.offer_seconds, programme.rep_lost_after_seconds = 3_600, 86_400
        programme.save()
        with inside(programme.pk):
            members = floor.make(programme, reps=asked.reps, customers=CUSTOMERS, past=PAST)
        opened = open_desks(place, maker, members)
        print(f"{asked.reps:,} reps signed in, {opened:,} streams open, {PAST:,} past contacts\n", flush=True)
        path = Load(place, maker, programme)
        path.begin(path.arrivals(asked.rate, 5), LINES)  # to warm up
        path.end()
        steady(path, asked.rate, asked.seconds)
        rate = most(path, asked.most)
        recovery(path, asked.rate)
        beside = bare(place, programme, members)
        print(f"bare SQL by pgbench: {beside:,.0f} contacts a second; ours is 1/{beside / rate:.0f} (aim 1/{AIM})")


if __name__ == "__main__":
    main()
