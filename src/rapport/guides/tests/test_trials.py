"""Words on trial: proposed, begun by another, drawn once and kept, and the winner published under its identity."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.accounts.roles import Role
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact
from rapport.customers.models import Customer
from rapport.events.queries import history_of
from rapport.guides import actions, publishing, queries
from rapport.guides.library import actions as library
from rapport.guides.library.access import access_entry
from rapport.guides.library.queries import live_among, live_by_key, rebuttals_of
from rapport.guides.library.reading import read_library
from rapport.guides.models import Progress, WordsShown, WordsTrial
from rapport.guides.tests.written import simple
from rapport.guides.trials import actions as trials
from rapport.guides.trials.actions import About, Terms
from rapport.guides.trials.drawing import variant_for
from rapport.guides.versions import guide_by_key, version_in_force
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid
from rapport.routing import actions as routing

STEPS = [
    {"key": "greet", "title": "Greet", "words": "Hello {customer.first_name|there}"},
    {"key": "why", "title": "Hear the reason", "words": "May I ask why?", "touch_point": "required"},
]
TEXT = "# kept by hand\n" + simple("Cancel", STEPS, "cancel")
OTHERS = ["What made you decide, {customer.first_name|if I may}?", "What would have to change?"]
TERMS = Terms(share=0.3, days=14, metric="resolution_by_reps", least=0.05, units_needed=2000)
LIBRARY = """
[objections.dear]
name = "Too dear"
[rebuttals.value]
objection = "dear"
title = "What it is worth"
approach = "price"
words = "It pays for itself."
"""


@pytest.fixture
def manager(world: World) -> Member:
    publishing.install(programme=world.programme, text=TEXT)
    return accounts.ensure_member(
        programme=world.programme, agent_id="boss", name="Boss", role=Role.MANAGER, username="boss"
    )


def proposed(world: World, about: About | None = None, **changes: Any) -> WordsTrial:
    told: dict[str, Any] = {"others": OTHERS, "terms": TERMS, "by": world.supervisor, "actor": "test"} | changes
    return trials.propose(programme=world.programme, about=about or About(guide="cancel", step="why"), **told)


def begun(world: World, manager: Member, about: About | None = None, **changes: Any) -> WordsTrial:
    made = proposed(world, about, **changes)
    return trials.begin(programme=world.programme, number=made.number, by=manager, actor="test")


def ended(world: World, trial: WordsTrial, winner: int, by: Member) -> WordsTrial:
    return trials.end(programme=world.programme, number=trial.number, winner=winner, by=by, actor="test")


def contact_of(world: World, customer: Customer | None, *, address: str = "") -> Contact:
    made, _ = contacts.arrive(
        programme=world.programme,
        channel="voice",
        actor="pbx",
        customer=customer,
        reason=world.reason,
        address=address,
    )
    routing.answer_elsewhere(made, rep=world.rep, actor="pbx")
    made.refresh_from_db()
    actions.begin(made, actor="test")
    return made


def several(world: World, count: int) -> list[Contact]:
    made = [Customer(programme=world.programme, key=f"T-{n}", name="Somebody Else") for n in range(count)]
    return [contact_of(world, one) for one in Customer.objects.bulk_create(made)]


def words_on(contact: Contact, member: Member | None = None) -> str:
    guide = queries.guide_of(contact, member=member)
    assert guide is not None
    step = guide.view.of("why")
    assert step is not None
    return step.words


def in_force(world: World) -> str:
    version = version_in_force(guide_by_key(world.programme, "cancel"))
    assert version is not None
    return version.text


def test_each_customer_has_words_of_their_own_that_stay(world: World, manager: Member) -> None:
    trial = begun(world, manager)
    found = {contact.pk: (words_on(contact), contact) for contact in several(world, 40)}
    said = {words for words, _ in found.values()}
    assert said == {"May I ask why?", "What made you decide, Somebody?", "What would have to change?"}
    for words, contact in list(found.values())[:6]:
        again = contact_of(world, contact.customer)
        assert words_on(again) == words == words_on(contact, world.second_rep)
    ended(world, trial, 0, manager)
    assert all(words_on(contact) == words for words, contact in found.values())  # who began with them keeps them
    assert words_on(several_more := contact_of(world, None, address="+49 30 99")) == "May I ask why?"
    assert Progress.objects.get(contact=several_more).drawn == {}


def test_of_nobody_known_the_address_is_drawn_and_what_was_drawn_stays(world: World, manager: Member) -> None:
    begun(world, manager)
    for n in range(8):
        one, other = (contact_of(world, None, address=f"+49 30 {n}") for _ in range(2))
        assert words_on(one) == words_on(other)
        words = words_on(one)
        contacts.identify(one, customer=world.customer, actor="test")
        one.refresh_from_db()
        assert one.customer is not None and words_on(one).replace("Ada", "if I may") == words


def test_only_what_was_before_a_rep_counts_as_shown_once(world: World, manager: Member) -> None:
    trial = begun(world, manager)
    contact = contact_of(world, world.customer)
    assert not WordsShown.objects.exists()  # it stands at the greeting
    actions.go(member=world.rep, contact=contact)
    actions.back(member=world.rep, contact=contact)
    actions.go(member=world.rep, contact=contact)
    shown = WordsShown.objects.get()
    assert shown.variant == variant_for(trial, contact)
    told = [one for one in history_of(world.programme, contact.public_id) if one.name == "words.tried"]
    assert [one.data for one in told] == [{"trial": 1, "variant": shown.variant}]
    with connection.cursor() as cursor:
        cursor.execute("SELECT trial, guide, step, entry, variant FROM fact_words")
        assert cursor.fetchall() == [(1, "cancel", "why", None, shown.variant)]


def test_a_second_person_begins_it_and_publishes_the_winner(world: World, manager: Member) -> None:
    made = proposed(world)
    assert words_on(contact_of(world, world.customer)) == "May I ask why?"
    with pytest.raises(Conflict, match="Somebody else has to begin"):
        trials.begin(programme=world.programme, number=1, by=world.supervisor, actor="test")
    with pytest.raises(IntegrityError), transaction.atomic():
        WordsTrial.objects.filter(pk=made.pk).update(begun_by=world.supervisor)
    trials.begin(programme=world.programme, number=1, by=manager, actor="test")
    with pytest.raises(Conflict, match="Somebody else has to publish"):
        ended(world, made, 1, world.supervisor)
    won = ended(world, made, 1, manager)
    assert (won.state, won.winner) == ("published", 1)
    version = version_in_force(guide_by_key(world.programme, "cancel"))
    assert version is not None
    assert (version.number, version.made_by, version.approved_by) == (2, world.supervisor, manager)
    assert OTHERS[0] in version.text and version.text.startswith("# kept by hand")
    assert words_on(contact_of(world, world.customer)) == "What made you decide, Ada?"
    assert ended(world, made, 1, manager).winner == 1
    with pytest.raises(Conflict, match="ended already"):
        ended(world, made, 2, manager)


def test_what_is_on_trial_is_not_changed_meanwhile(world: World, manager: Member) -> None:
    begun(world, manager)
    other = TEXT.replace("May I ask why?", "Why?")
    with pytest.raises(Conflict, match="on trial 1"):
        publishing.install(programme=world.programme, text=other)
    publishing.install(programme=world.programme, text=TEXT.replace("Hello", "Good day"))
    with pytest.raises(Conflict, match="on trial 1 already"):
        proposed(world)
    ended(world, WordsTrial.objects.get(), 2, manager)
    assert "What would have to change?" in in_force(world) and "Good day" in in_force(world)


def test_a_proposal_is_overtaken_by_other_words_or_dropped(world: World, manager: Member) -> None:
    proposed(world)
    publishing.install(programme=world.programme, text=TEXT.replace("May I ask why?", "Why?"))
    with pytest.raises(Conflict, match="were changed since"):
        trials.begin(programme=world.programme, number=1, by=manager, actor="test")
    assert trials.drop(programme=world.programme, number=1, by=world.supervisor, actor="test").state == "dropped"
    begun(world, manager)
    with pytest.raises(Conflict, match="has begun"):
        trials.drop(programme=world.programme, number=2, by=world.supervisor, actor="test")


def test_its_time_is_up_by_itself(world: World, manager: Member) -> None:
    begun(world, manager)
    assert trials.due_to_end(world.programme) == []
    with clock.at(clock.now() + timedelta(days=15)):
        [due] = trials.due_to_end(world.programme)
        assert trials.end_due(due) and not trials.end_due(due)
    assert (WordsTrial.objects.get().state, in_force(world)) == ("time_up", TEXT)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"others": []}, "Write one"),
        ({"others": ["a", "b", "c", "d", "e"]}, "Write one"),
        ({"others": ["May I ask why?"]}, "say the same"),
        ({"others": ["x" * 2001]}, "under 2000"),
        ({"others": ["Hello {customer.shoe_size}"]}, "Words 1"),
        ({"others": ["a {brace"]}, "brace"),
        ({"terms": Terms(0.5, 14, "satisfaction", 0.1, 9)}, "leave 10 %"),
        ({"terms": Terms(0.2, 0, "satisfaction", 0.1, 9)}, "184 days"),
        ({"terms": Terms(0.2, 9, "satisfaction", 0.0, 9)}, "more than nothing"),
        ({"about": About(entry="nothing")}, "Only the words"),
    ],
)
def test_what_cannot_be_tried_is_refused(world: World, manager: Member, changes: Any, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        proposed(world, **changes)
    assert not WordsTrial.objects.exists()


def test_a_rebuttal_is_tried_and_its_winner_published(world: World, manager: Member) -> None:
    library.save_library(programme=world.programme, library=read_library(LIBRARY), by=world.supervisor)
    entries = [access_entry(world.programme, key) for key in ("dear", "value")]
    for entry in entries:
        library.submit(entry=entry, number=1)
        library.approve(entry=entry, number=1, by=manager, actor="test")
        library.publish(entry=entry, number=1)
    others = ["You get it back in a year.", "Let us look at what you use."]
    trial = begun(world, manager, About(entry="value"), others=others)
    made = several(world, 30)
    said = {contact.pk: live_among(world.programme, ["value"], contact=contact)[0].entry.text for contact in made}
    assert set(said.values()) == {"It pays for itself.", *others}
    for contact in made[:5]:
        [one] = rebuttals_of(world.programme, "dear", contact=contact)
        assert one.entry.text == said[contact.pk]
    actions.note_shown(made[0], entries=["value"], actor="test")
    assert trial.words[WordsShown.objects.get().variant] == said[made[0].pk]
    stranger = contact_of(world, None, address="+49 30 7")
    told = live_among(world.programme, ["value"], contact=stranger)[0].entry.text
    actions.note_shown(stranger, entries=["value"], actor="test")
    for other in made[:8]:  # whoever it turns out to be
        stranger.customer = other.customer
        assert live_among(world.programme, ["value"], contact=stranger)[0].entry.text == told
    with pytest.raises(Conflict, match="on trial 1"), transaction.atomic():
        library.withdraw(entry=entries[1])
    with pytest.raises(Conflict, match="on trial 1"), transaction.atomic():
        changed(world, manager, entries[1])
    ended(world, trial, 2, manager)
    live = live_by_key(world.programme, "value")
    assert (live.version, live.entry.text) == (2, others[1])
    version = entries[1].versions.get(number=2)
    assert (version.made_by, version.approved_by) == (world.supervisor, manager)


def changed(world: World, manager: Member, entry: Any) -> None:
    other = read_library(LIBRARY.replace("pays for itself", "costs little"))
    library.save_library(programme=world.programme, library=other, by=world.supervisor)
    library.submit(entry=entry, number=2)
    library.approve(entry=entry, number=2, by=manager, actor="test")
    library.publish(entry=entry, number=2)
