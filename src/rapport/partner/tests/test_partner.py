"""What a partner viewer sees: its programme, and nobody who works there by name beyond what was agreed."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from rapport.accounts import actions as accounts
from rapport.accounts.models import Programme
from rapport.accounts.names import for_partner
from rapport.accounts.roles import Right, Role
from rapport.audit import sealing
from rapport.audit.actions import note_look
from rapport.audit.lookers import Looker
from rapport.audit.models import Look
from rapport.channels.chat import actions as chat
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.access import access_own
from rapport.contacts.models import Contact
from rapport.feedback import actions as feedback
from rapport.insight.registry import METRICS
from rapport.kit import clock
from rapport.recognition import actions as recognition
from rapport.recognition.models import RallyNote
from rapport.routing import actions as routing

PART = r"<(?:\w+:)?(\w+)>"
NAMES = {"zq-77": "Zebulon Quartermain", "oa-12": "Ottoline Achterberg"}


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path


@pytest.fixture
def floor(world: World) -> World:
    """A programme at work, whose letter names people in every place that can."""
    people = {
        agent: accounts.ensure_member(
            programme=world.programme, agent_id=agent, name=name, username=agent, password=None, role=Role.REP
        )
        for agent, name in NAMES.items()
    }
    for member in list(people.values()) * 3:
        contact = chat.begin(
            programme=world.programme,
            email="ada@example.org",
            text="Hello",
            reason=world.reason,
            client_id=uuid4(),
        )
        contacts.answer(contact, rep=member, actor="test")
        contact = access_own(world.programme, contact.public_id)
        routing.end_conversation(contact, by="rep", actor="test")
        contact = access_own(world.programme, contact.public_id)
        feedback.invite(contact=contact)
        feedback.answer(
            contact=contact, rating=5, resolved=True, comment="Zebulon was great, and so was Ottoline."
        )
    day = clock.now().astimezone(world.programme.zone).date()
    recognition.draft(programme=world.programme, day=day, actor="test")
    told = {
        "agent_id": "zq-77", "name": "Zebulon Quartermain", "words": ["rated 5.0"], "contact": None, "reason": "",
        "quote": "Thank you Zebulon",
    }  # fmt: skip
    RallyNote.objects.update(
        people=[told],
        comment={
            "text": "Ottoline Achterberg listened",
            "rating": 5,
            "rep": "Ottoline Achterberg",
            "contact": "x",
        },
        tip="Do as zebulon quartermain does",
        tip_by=people["oa-12"],
        tip_evidence="Ottoline: 9 of 10",
        our_news="Welcome, Zebulon!",
        partner_news="Thanks to Ottoline",
        status="published",
        published_at=clock.now(),
    )
    return world


def viewer_of(world: World) -> Client:
    member = accounts.ensure_member(
        programme=world.programme,
        agent_id="pv",
        name="Partner Viewer",
        role=Role.PARTNER_VIEWER,
        username="pv",
        password=None,
    )
    accounts.adjust_role(
        programme=world.programme,
        role=Role.PARTNER_VIEWER,
        right=Right.READ_RALLY_NOTES,
        granted=True,
        actor="test",
    )
    client = Client()
    client.force_login(member.user)
    return client


def routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for each in resolver.url_patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from routes(each, route)
        elif isinstance(each, URLPattern):
            yield route


def pages(day: date) -> list[str]:
    """Return an address for every page of a programme, with every choice that changes whose figures are shown."""
    known = {"day": day.isoformat(), "key": next(iter(METRICS)), "feed": "customers", "programme": "cards"}
    found = []
    for route in routes(get_resolver()):
        if route.startswith("at/") and set(re.findall(PART, route)) <= set(known):
            address = re.sub(PART, lambda part: known[part.group(1)], route)
            found.append(f"/{address}")
    export = reverse("reports-export", args=["cards"])
    return [*found, *(f"{export}?split={cut}" for cut in ("rep", "rep,day", "reason"))]


def seen(client: Client, day: date) -> dict[str, str]:
    shown = {}
    for address in pages(day):
        answer = client.get(address)
        if answer.status_code == 200:
            shown[address] = answer.content.decode(errors="replace")
    return shown


def test_a_partner_viewer_starts_on_its_page_and_sees_figures_feeds_and_notes(floor: World) -> None:
    viewer = viewer_of(floor)
    assert viewer.get("/").headers["Location"] == "/at/cards/partner/"
    page = viewer.get("/at/cards/partner/").content.decode()
    assert "Feeds" in page and "Rally Notes" in page and "Service level" in page and "rated 5.0" in page
    assert "not known yet: it needs its time" in page  # who comes back within seven days


def test_a_partner_viewer_thanks_and_is_told_of_no_awards_of_their_own(floor: World) -> None:
    page = viewer_of(floor).get("/at/cards/recognition/").text
    assert "Thanks you gave" in page and 'href="/at/cards/recognition/awards/"' in page
    assert "Your awards" not in page


def test_a_partner_viewer_sees_who_looked_and_the_digests_and_is_on_record_too(floor: World) -> None:
    note_look(Looker(floor.programme, "member:1"), what="list", right=Right.READ_CONTACTS, count=3)
    digest = sealing.seal_until(floor.programme, clock.now())
    assert digest is not None
    viewer = viewer_of(floor)
    page = viewer.get("/at/cards/partner/").content.decode()
    assert "Who looked" in page and "no contact in hand" in page and "/record/digests/1.json" in page
    assert [look.what for look in Look.objects.filter(about__startswith="partner")] == ["report"]


def test_colleagues_come_to_the_partners_page_and_see_what_they_may(floor: World) -> None:
    supervisor = Client()
    supervisor.force_login(floor.supervisor.user)
    assert 'href="/at/cards/partner/"' in supervisor.get("/at/cards/reports/").content.decode()
    page = supervisor.get("/at/cards/partner/").content.decode()
    assert "Rally Notes" in page and "All looks" not in page and "All deliveries" not in page


def test_no_page_shows_a_partner_who_works_there(floor: World) -> None:
    shown = seen(viewer_of(floor), clock.now().astimezone(floor.programme.zone).date())
    assert {"/at/cards/partner/", "/at/cards/reports/", "/at/cards/rally/", "/at/cards/feeds/"} <= set(shown)
    words = [part for agent, name in NAMES.items() for part in (agent, *name.split())]
    told = {(address, word) for address, text in shown.items() for word in words if word.lower() in text.lower()}
    assert told == set()
    assert re.search(r"rep \d\d", shown["/at/cards/reports/"]) and re.search(
        r"rep \d\d", shown["/at/cards/rally/"]
    )


def test_people_are_called_the_same_everywhere_and_for_ever(floor: World) -> None:
    before = for_partner(floor.programme).of_agent("zq-77")
    accounts.ensure_member(programme=floor.programme, agent_id="aa-1", name="Anew", username="aa", password=None)
    assert for_partner(floor.programme).of_agent("zq-77") == before
    text = seen(viewer_of(floor), clock.now().astimezone(floor.programme.zone).date())
    assert before in text["/at/cards/reports/"] and before in text["/at/cards/rally/"]


@pytest.mark.parametrize(("shown", "seen_name", "seen_role"), [("roles", False, True), ("names", True, False)])
def test_the_agreement_may_allow_more(floor: World, shown: str, seen_name: bool, seen_role: bool) -> None:
    Programme.objects.filter(pk=floor.programme.pk).update(names_shown_to_partner=shown)
    page = viewer_of(floor).get("/at/cards/rally/").content.decode()
    assert ("Zebulon Quartermain" in page) is seen_name
    assert bool(re.search(r"rep \d\d", page)) is seen_role


def test_colleagues_see_names(floor: World) -> None:
    supervisor = Client()
    supervisor.force_login(floor.supervisor.user)
    assert "Zebulon Quartermain" in supervisor.get("/at/cards/rally/").content.decode()
    assert "Zebulon Quartermain" in supervisor.get("/at/cards/reports/").content.decode()
    assert "zq-77" in supervisor.get("/at/cards/reports/export.csv?split=rep").content.decode()


def test_a_partner_viewer_opens_no_contact_and_no_other_programme(floor: World) -> None:
    viewer = viewer_of(floor)
    contact = Contact.objects.filter(programme=floor.programme).latest("id")
    assert viewer.get(f"/at/cards/contacts/{contact.public_id}/").status_code in (403, 404)
    assert [viewer.get(f"/at/cards/{page}/").status_code for page in ("desk", "floor")] == [403, 403]
    assert viewer.get("/at/loans/partner/").status_code == 404
    assert viewer.get("/api/v1/programmes/cards/contacts").status_code == 403
