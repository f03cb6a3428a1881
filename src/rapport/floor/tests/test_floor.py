"""The floor and a contact's page, by HTTP: what they show, what they cost, and who may not."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rapport.accounts import actions as accounts
from rapport.accounts.roles import Right, Role
from rapport.channels.chat import actions as chat
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.access import access_own
from rapport.contacts.models import Contact
from rapport.desk import actions as desk
from rapport.events.models import Event
from rapport.feedback import actions as feedback
from rapport.floor.arrivals import line_of, saves_of
from rapport.guides import actions as guides
from rapport.guides import publishing as guide_files
from rapport.guides.tests.written import simple
from rapport.insight.queries import metrics
from rapport.kit import clock
from rapport.kit.walls import inside
from rapport.live import tickets
from rapport.offers.leaving import asking
from rapport.routing import actions as routing
from rapport.routing import jobs as routing_jobs
from rapport.routing import presence, publishing
from rapport.routing.queries import open_offer_to
from rapport.routing.router import turn

MONDAY = datetime(2026, 11, 16, 9, 10, tzinfo=UTC)  # 10:10 in Berlin
PAGES = ["contacts/", "floor/", "floor/?wall=1", "floor/now/", "floor/today/", "floor/ticket/"]


@pytest.fixture(autouse=True)
def fresh_history() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def watcher(world: World, client: Client) -> Client:
    client.force_login(world.supervisor.user)
    return client


def a_chat(world: World, email: str = "ada@example.org") -> Contact:
    return chat.begin(
        programme=world.programme, email=email, text="I want to leave", reason=world.reason, client_id=uuid4()
    )


def handled(world: World, *, saved: bool = True) -> Contact:
    contact = a_chat(world)
    contacts.answer(contact, rep=world.rep, actor="test")
    routing.end_conversation(contact, by="rep", actor="test")
    return routing.finish_wrap_up(
        member=world.rep,
        contact_id=contact.public_id,
        disposition="saved" if saved else "other",
        resolved=True,
        summary="Stays, with the fee waived",
    )


def test_the_floor_shows_where_each_guide_stands(world: World, watcher: Client) -> None:
    steps = [{"key": "hear", "title": "Hear it"}, {"key": "legal", "title": "Read it", "touch_point": "required"}]
    guide_files.install(programme=world.programme, text=simple("Cancel", steps, "cancel"))
    presence.choose(member=world.rep, doing="available")
    a_chat(world)
    turn(world.programme)
    offer = open_offer_to(world.rep)
    assert offer is not None
    contact = desk.accept(member=world.rep, offer_id=offer.public_id)
    page = watcher.get("/at/cards/floor/now/").content.decode()
    assert ">Hear it<" in page and "1 open: Read it" in page
    guides.tick(member=world.rep, contact=contact, step="legal")
    assert "1 open" not in watcher.get("/at/cards/floor/now/").content.decode()


def test_the_floor_shows_who_does_what_and_who_waits_and_why(world: World, watcher: Client) -> None:
    presence.choose(member=world.rep, doing="available")
    presence.choose(member=world.second_rep, doing="break")
    ringing = a_chat(world)
    turn(world.programme)
    waiting = a_chat(world, "stranger@example.org")
    page = watcher.get("/at/cards/floor/").content.decode()
    assert (
        "Ringing at Rep, " in page and "2 fit, of whom Rep is being offered another; Rep2 is on a break." in page
    )
    assert "Ringing" in page and "Break" in page
    assert page.index(f"waiting-{ringing.public_id}") < page.index(f"waiting-{waiting.public_id}")
    assert "2 on the floor" in page


def test_what_rang_and_was_not_taken_is_told_by_rep_with_its_reasons(world: World, watcher: Client) -> None:
    assert "Rang and was not taken" not in watcher.get("/at/cards/floor/now/").content.decode()
    for because in ("not_my_field", "not_my_field", ""):
        presence.choose(member=world.rep, doing="available")
        contact = a_chat(world)
        turn(world.programme)
        offer = open_offer_to(world.rep)
        assert offer is not None
        if because:
            routing.decline(member=world.rep, offer_id=offer.public_id, because=because)
        else:
            routing.accept(member=world.rep, offer_id=offer.public_id)
        settled(contact)
    presence.choose(member=world.second_rep, doing="available")
    a_chat(world, "stranger@example.org")
    turn(world.programme)
    with clock.at(clock.now() + timedelta(minutes=1)):
        turn(world.programme)
    page = " ".join(watcher.get("/at/cards/floor/now/").content.decode().split())
    assert 'Rep <span class="muted">2 of 3:</span> <span class="num">2</span> “I do not know this matter”' in page
    assert 'Rep2 <span class="muted">1 of 1:</span> <span class="num">1</span> not answered' in page
    assert "75 % of all that rang" in page
    [all_day] = metrics(world.programme, ["decline_rate", "not_responding_rate"])
    assert (all_day["decline_rate"].value, all_day["not_responding_rate"].value) == (0.5, 0.25)
    by_reason = metrics(world.programme, ["offers_declined"], by="because")
    assert {row.group["because"]: row["offers_declined"].value for row in by_reason}["not_my_field"] == 2


def settled(contact: Contact) -> None:
    """Let a contact be over, whoever has it."""
    contact.refresh_from_db()
    if contact.state == "active":
        routing.end_conversation(contact, by="rep", actor="test")
    else:
        routing.abandon(contact, actor="customer")


def test_todays_offers_are_found_without_reading_all_there_ever_were(world: World) -> None:
    today = "SELECT 1 FROM routing_offer WHERE programme_id = %s AND offered_at >= now()"
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # there are none yet
        cursor.execute(f"EXPLAIN {today}", [world.programme.pk])
        assert "offer_by_time" in str(cursor.fetchall())


def test_a_days_stretches_are_looked_for_by_their_end(world: World) -> None:
    """So that the index by it serves, whichever the planner takes of so few: no plan hangs on what others left."""
    lately = "SELECT 1 FROM fact_state_span WHERE programme_id = %s AND span_ended_at > now()"
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {lately}", [world.programme.pk])
        assert str(cursor.fetchall()).count("ended_at > now()") == 2  # within an hour, and across hours


def test_an_empty_floor_says_what_to_do(world: World, watcher: Client) -> None:
    page = watcher.get("/at/cards/floor/").content.decode()
    assert "Nobody is on the floor" in page and "Nobody waits." in page


def test_the_figures_are_those_of_the_metrics(world: World, watcher: Client) -> None:
    handled(world)
    handled(world, saved=False)
    lost = a_chat(world)
    routing.abandon(lost, actor="customer")
    page = watcher.get("/at/cards/floor/now/").content.decode()
    assert "67\N{NARROW NO-BREAK SPACE}%" in page  # two of three in time
    assert "33.3\N{NARROW NO-BREAK SPACE}%" in page and "1 contact" in page
    assert "of 3 who came to leave" in page


def test_who_needs_help_comes_first(world: World, watcher: Client) -> None:
    with clock.at(clock.now() - timedelta(minutes=10)):
        presence.choose(member=world.second_rep, doing="available")
        presence.choose(member=world.rep, doing="available")
        contact = a_chat(world)
        routing.answer_elsewhere(contact, rep=world.rep, actor="test")
        routing.end_conversation(contact, by="rep", actor="test")
    page = watcher.get("/at/cards/floor/now/").content.decode()
    first, second = page.index(f'id="rep-{world.rep.pk}"'), page.index(f'id="rep-{world.second_rep.pk}"')
    assert first < second  # ten minutes of wrap-up, where one is allowed
    assert page.count("rep-bad") == 1 and "rep-bad" in page[first - 40 : first]


def test_a_router_that_does_nothing_is_noticed(world: World, watcher: Client) -> None:
    presence.choose(member=world.rep, doing="available")
    a_chat(world)
    assert "Nobody is being offered contacts" not in watcher.get("/at/cards/floor/now/").content.decode()
    with clock.at(clock.now() + timedelta(seconds=11)):
        assert "Nobody is being offered contacts" in watcher.get("/at/cards/floor/now/").content.decode()
        turn(world.programme)
        assert "Nobody is being offered contacts" not in watcher.get("/at/cards/floor/now/").content.decode()


def test_requests_to_cancel_that_are_overdue_are_told_on_the_floor(world: World, watcher: Client) -> None:
    long_ago = clock.now() - timedelta(hours=25)
    with clock.at(long_ago):
        for number in ("N-6", "N-7"):
            asking.ask(programme=world.programme, email="", number=number, words="")
    asking.ask(programme=world.programme, email="", number="N-8", words="")
    page = watcher.get("/at/cards/floor/now/").content.decode()
    assert 'role="alert"><strong>2 requests to cancel are overdue.' in page
    assert "/at/cards/leaving/work/" in page
    assert "/leaving/work/" not in watcher.get("/at/cards/floor/now/?wall=1").content.decode()


def test_the_wall_is_dark_and_has_nothing_to_press(world: World, watcher: Client) -> None:
    presence.choose(member=world.rep, doing="available")
    a_chat(world)
    page = watcher.get("/at/cards/floor/?wall=1").content.decode()
    body = page[page.index("<body") :]
    assert 'data-bs-theme="dark"' in body and "floor/now/?wall=1" in body
    assert "<button" not in body and "<form" not in body and "<select" not in body
    assert "Ada" not in body


def test_todays_line_stands_beside_the_same_weekdays(world: World) -> None:
    for weeks in (1, 2):
        with clock.at(MONDAY - timedelta(weeks=weeks)):
            a_chat(world)
    with clock.at(MONDAY):
        a_chat(world)
        a_chat(world)
        line = line_of(world.programme)
    at = 20 - line.first  # the half hour from 10:00 local
    assert (line.today[at], line.today[at + 1], line.so_far) == (2, None, 2)
    assert line.usual is not None and (line.usual[at], line.days) == (1.0, 2)
    assert line.usual_by_now == 1.0


def test_saves_are_counted_among_those_who_came_to_leave(world: World) -> None:
    handled(world)
    handled(world, saved=False)
    saves = saves_of(world.programme)
    assert (saves.saved, saves.came) == (1, 2)


def test_a_larger_floor_takes_no_more_queries(world: World, watcher: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert watcher.get("/at/cards/floor/").status_code == 200
        return len(captured)

    presence.choose(member=world.rep, doing="available")
    a_chat(world)
    handled(world)
    presence.choose(member=world.rep, doing="available")
    queries()
    few = queries()
    for number in range(12):
        member = accounts.ensure_member(programme=world.programme, agent_id=f"r{number}", name=f"Rep {number}")
        presence.choose(member=member, doing="available")
        a_chat(world, f"c{number}@example.org")
    turn(world.programme)
    for number in range(12):
        a_chat(world, f"d{number}@example.org")
    assert queries() <= few


def test_the_ticket_is_for_this_floor_only(world: World, watcher: Client) -> None:
    address = watcher.get("/at/cards/floor/ticket/").json()["url"]
    ticket = tickets.read(address.partition("ticket=")[2])
    assert (ticket.programme_id, ticket.channels) == (
        world.programme.pk,
        frozenset({f"floor:{world.programme.pk}"}),
    )
    assert ticket.person == world.supervisor.user_id


def test_a_contact_by_telephone_is_called_a_call(world: World, watcher: Client) -> None:
    call, _ = contacts.arrive(programme=world.programme, channel="voice", actor="test")
    pages = [f"/at/cards/contacts/{call.public_id}/", "/at/cards/contacts/"]
    shown = [watcher.get(page).content.decode() for page in pages]
    assert "Call, " in shown[0] and "Arrived by call" in shown[0] and ">call<" in shown[1]
    assert not any("oice" in page.partition("<main")[2] for page in shown)


def test_a_contact_can_be_read_whole(world: World, watcher: Client) -> None:
    contact = handled(world)
    feedback.answer(contact=contact, rating=2, resolved=None, comment="")
    feedback.answer(contact=contact, rating=2, resolved=False, comment="Too slow <b>")
    page = watcher.get(f"/at/cards/contacts/{contact.public_id}/").content.decode()
    for words in (
        "Arrived by chat about Cancel my card, from customer C-1",
        "Answered by Rep",
        "Conversation ended by the rep",
        "Closed: Stays with us, resolved",
        "The customer answered 2 of 5, not resolved, with a comment",
        "I want to leave",
        "Stays, with the fee waived",
        "Too slow &lt;b&gt;",
    ):
        assert words in page
    assert page.count("The customer answered") == 1
    assert "Rep accepted" not in page
    assert "<form" not in page[page.index("<main") : page.index("</main>")]


def test_figures_link_to_the_contacts_they_count(world: World, watcher: Client) -> None:
    stays = handled(world)
    left = a_chat(world, "x@example.org")
    routing.abandon(left, actor="customer")
    floor = watcher.get("/at/cards/floor/").content.decode()
    for query, there, not_there in (
        ("?outcome=answered", stays, left),
        ("?outcome=abandoned", left, stays),
        ("?disposition=saved", stays, left),
    ):
        assert f"/at/cards/contacts/{query}" in floor
        page = watcher.get(f"/at/cards/contacts/{query}").content.decode()
        assert str(there.public_id) in page and str(not_there.public_id) not in page
    waited = watcher.get("/at/cards/contacts/?outcome=abandoned").content.decode()
    assert '<td class="num contacts-time">0:00</td>' in waited


def test_the_list_of_contacts_goes_by_pages_and_days(
    world: World, watcher: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rapport.floor.forms.PAGE", 2)
    made = [handled(world) for _ in range(3)]
    page = watcher.get("/at/cards/contacts/").content.decode()
    assert str(made[0].public_id) not in page and f"before={made[1].public_id}" in page
    older = watcher.get(f"/at/cards/contacts/?before={made[1].public_id}").content.decode()
    assert str(made[0].public_id) in older and str(made[1].public_id) not in older
    assert "Day before" in page and "Day after" not in page
    assert "Day after" in watcher.get("/at/cards/contacts/?day=2020-01-01").content.decode()
    assert "No such contact on this day" in watcher.get("/at/cards/contacts/?day=2020-01-01").content.decode()
    for wrong in ("day=never", "before=1", "outcome=nice", "day=9999-12-31"):
        assert watcher.get(f"/at/cards/contacts/?{wrong}").status_code == 422


@pytest.mark.parametrize("path", PAGES)
def test_reps_outsiders_and_strangers_do_not_see_the_floor(world: World, client: Client, path: str) -> None:
    address = f"/at/cards/{path}"
    assert client.get(address).headers["Location"].startswith("/sign-in/?next=")
    client.force_login(world.rep.user)
    assert client.get(address).status_code == (200 if path == "contacts/" else 403)  # there they see their own
    client.force_login(world.outsider.user)
    assert client.get(address).status_code == 404
    client.force_login(world.supervisor.user)
    assert client.get(address).status_code == 200
    assert client.get(address.replace("cards", "loans")).status_code == 404
    assert client.post(address).status_code == 405


def test_an_open_contact_is_watched_live(world: World, watcher: Client) -> None:
    contact = a_chat(world)
    address = f"/at/cards/contacts/{contact.public_id}/"
    assert f"{address}ticket/" in watcher.get(address).content.decode()
    ticket = watcher.get(f"{address}ticket/").json()["url"].partition("ticket=")[2]
    assert tickets.read(ticket).programme_id == world.programme.pk
    assert tickets.read(ticket).channels == {f"contact:{contact.public_id}"}
    chat.say(contact, author="customer", text="And another thing", client_id=uuid4())
    part = watcher.get(f"{address}part/").content.decode()
    assert "And another thing" in part and "<html" not in part
    routing.abandon(contact, actor="customer")
    assert f"{address}ticket/" not in watcher.get(address).content.decode()


@pytest.mark.parametrize("part", ["", "part/", "ticket/"])
def test_a_contact_is_read_by_its_rep_and_supervisors_only(world: World, client: Client, part: str) -> None:
    contact = access_own(world.programme, handled(world).public_id)
    address = f"/at/cards/contacts/{contact.public_id}/{part}"
    assert client.get(address).headers["Location"].startswith("/sign-in/?next=")
    client.force_login(world.rep.user)
    assert client.get(address).status_code == 200
    for one in (world.second_rep, world.outsider):
        client.force_login(one.user)
        assert client.get(address).status_code == 404
    client.force_login(world.supervisor.user)
    assert client.get(address).status_code == 200
    assert client.get(f"/at/cards/contacts/{uuid4()}/{part}").status_code == 404
    with inside(world.other.pk):
        other, _ = contacts.arrive(programme=world.other, channel="chat", actor="test")
    assert client.get(f"/at/cards/contacts/{other.public_id}/{part}").status_code == 404


def test_a_senior_rep_reads_their_teams_contacts_and_no_others(world: World, client: Client) -> None:
    senior = accounts.change_place(member=world.second_rep, role=Role.SENIOR_REP, team="Blue", actor="test")
    theirs, waiting = handled(world), a_chat(world, email="other@example.org")
    address = f"/at/cards/contacts/{theirs.public_id}/"
    client.force_login(senior.user)
    assert client.get(address).status_code == 404
    assert str(theirs.public_id) not in client.get("/at/cards/contacts/").content.decode()
    accounts.change_place(member=world.rep, team="Blue", actor="test")
    client.force_login(senior.user)
    assert client.get(address).status_code == 200
    listed = client.get("/at/cards/contacts/").content.decode()
    assert str(theirs.public_id) in listed and str(waiting.public_id) not in listed
    accounts.adjust_role(
        programme=world.programme,
        role=Role.SENIOR_REP,
        right=Right.READ_TEAM_CONTACTS,
        granted=False,
        actor="test",
    )
    assert client.get(address).status_code == 404


def test_a_rep_who_may_not_work_here_is_off_the_floor_at_once(world: World) -> None:
    contact = a_chat(world)
    presence.choose(member=world.rep, doing="available")
    turn(world.programme)
    accounts.set_rules(programme=world.programme, actor="test", requires_screening=True)
    told = Event.objects.get(name="programme.rules_changed")
    routing_jobs.clear_floor.func(programme_id=world.programme.pk, event_id=told.pk)
    assert presence.presence_of(world.rep).doing == "offline"
    contact.refresh_from_db()
    assert contact.state == "waiting"
    assert open_offer_to(world.rep) is None


QUEUES = """
[calendars.day]
hours = ["mon-fri 08:00-18:00"]

[queues.main]
name = "Main line"
calendar = "day"
answer_within_seconds = 60
answer_share = 0.9
routes = [{ steps = [{ anyone = true }] }]

[queues.second]
name = "Second line"
by_hand = true
routes = [{ steps = [{ anyone = true }] }]
"""


def test_each_queue_stands_with_its_hours_who_waits_and_its_service_level_beside_its_target(
    world: World, watcher: Client
) -> None:
    made = publishing.save_draft(programme=world.programme, text=QUEUES)
    publishing.publish(programme=world.programme, number=made.number, instead_of=None)
    with clock.at(MONDAY):
        contact = a_chat(world)
    with clock.at(MONDAY + timedelta(seconds=50)):
        contacts.answer(contact, rep=world.rep, actor="test")
        a_chat(world, "b@example.org")
    with clock.at(MONDAY + timedelta(seconds=80)):
        page = " ".join(watcher.get("/at/cards/floor/now/").content.decode().split())
        assert "open until 18:00" in page and "always open" in page
        assert "target 90 % in 60 s" in page and "in 20 s" in page
        main = page[page.index('id="queue-main"') : page.index('id="queue-second"')]
        assert '<span class="num">1</span> waiting, longest' in main and "100 %" in main
    with clock.at(MONDAY + timedelta(hours=12)):
        later = Client()
        later.force_login(world.supervisor.user)
        assert "closed, opens Tuesday, 17 November, 08:00" in later.get("/at/cards/floor/?wall=1").content.decode()
