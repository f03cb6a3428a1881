"""The library: how a version comes to be live, who may not, and how it is found."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.accounts.roles import Role
from rapport.channels.chat import actions as chat
from rapport.channels.chat.queries import messages_of
from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.customers.models import Holding
from rapport.events.models import Event
from rapport.guides import publishing
from rapport.guides.library import actions, examples, queries
from rapport.guides.library.access import access_entry
from rapport.guides.library.content import Article, Library, Objection, Rebuttal
from rapport.guides.library.jobs import tell, untold
from rapport.guides.library.listing import Wanted, count_of, listed
from rapport.guides.library.models import LibraryEntry, LibrarySpelling, LibraryTerm, LibraryVersion
from rapport.guides.library.worth import worth_of
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.kit.personal import Subject
from rapport.kit.walls import inside
from rapport.privacy.catalogue import everything

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with clock.at(NOON):
        yield


@pytest.fixture
def lead(world: World) -> Member:
    """Somebody beside the supervisor who may write and approve."""
    return accounts.ensure_member(
        programme=world.programme,
        agent_id="lead",
        name="Lead",
        role=Role.SUPERVISOR,
        username="lead",
        password=None,
    )


def article(
    question: str = "How do I close my card from abroad?", answer: str = "By letter.", **rest: Any
) -> Article:
    return Article(question=question, answer=answer, **rest)


def objection() -> Objection:
    return Objection(name="The fee is too high", examples=["It costs too much"])


def rebuttal(**rest: Any) -> Rebuttal:
    told = {"objection": "fee", "title": "A year free", "approach": "price", "words": "I can take the fee off."}
    return Rebuttal(**{**told, **rest})


def save(world: World, kind: str, key: str, content: Any, instead_of: int | None = None) -> LibraryEntry:
    return actions.save_draft(
        programme=world.programme,
        kind=kind,
        key=key,
        content=content,
        instead_of=instead_of,
        by=world.supervisor,
        actor="test",
    )


def publish(entry: LibraryEntry, by: Member, number: int = 1, starts_at: datetime | None = None) -> None:
    actions.submit(entry=entry, number=number)
    actions.approve(entry=entry, number=number, by=by, actor="test")
    actions.publish(entry=entry, number=number, starts_at=starts_at)


def live(world: World, kind: str, key: str, content: Any, by: Member) -> LibraryEntry:
    entry = save(world, kind, key, content)
    publish(entry, by)
    return entry


def happened(world: World) -> list[str]:
    rows = Event.objects.filter(programme=world.programme, name__startswith="library.").order_by("pk")
    return [name.removeprefix("library.") for name in rows.values_list("name", flat=True)]


def test_a_version_is_handed_in_approved_by_another_and_published(world: World, lead: Member) -> None:
    entry = save(world, "article", "abroad", article())
    with pytest.raises(Conflict, match="not handed in"):
        actions.approve(entry=entry, number=1, by=lead, actor="test")
    with pytest.raises(Conflict, match="approved"):
        actions.publish(entry=entry, number=1)
    actions.submit(entry=entry, number=1)
    with pytest.raises(Conflict, match="Somebody else"):
        actions.approve(entry=entry, number=1, by=world.supervisor, actor="test")
    with pytest.raises(NotFound):
        queries.live_by_key(world.programme, "abroad")
    actions.send_back(entry=entry, number=1, because="Say how long it takes.")
    actions.submit(entry=entry, number=1, by=lead)
    with pytest.raises(Conflict, match="handed it in"):
        actions.approve(entry=entry, number=1, by=lead, actor="test")
    actions.send_back(entry=entry, number=1, because="Say to which address.")
    publish(entry, lead)
    assert queries.live_by_key(world.programme, "abroad").version == 1
    assert happened(world) == ["saved", *["submitted", "returned"] * 2, "submitted", "approved", "published"]


def test_the_database_itself_refuses_who_approves_their_own_words(world: World) -> None:
    entry = save(world, "article", "abroad", article())
    with pytest.raises(IntegrityError, match="library_approved_by_another"), transaction.atomic():
        LibraryVersion.objects.filter(entry=entry).update(
            submitted_at=NOON, approved_at=NOON, approved_by=world.supervisor
        )


def test_a_draft_over_a_draft_that_was_not_seen_is_refused(world: World) -> None:
    save(world, "article", "abroad", article())
    save(world, "article", "abroad", article(answer="By post."), instead_of=1)
    with pytest.raises(Conflict, match="Version 2 was written meanwhile"):
        save(world, "article", "abroad", article(answer="By pigeon."), instead_of=1)
    with pytest.raises(Conflict, match="already"):
        save(world, "article", "abroad", article(answer="By pigeon."))
    entry = access_entry(world.programme, "abroad")
    with pytest.raises(Conflict, match="newer"):
        actions.submit(entry=entry, number=1)
    save(world, "article", "abroad", article(answer="By post."), instead_of=2)
    assert entry.versions.count() == 2


def test_the_clock_makes_a_version_live_and_another_replace_it(world: World, lead: Member) -> None:
    entry = live(world, "article", "abroad", article(), lead)
    save(world, "article", "abroad", article(answer="By post."), instead_of=1)
    publish(entry, lead, 2, starts_at=NOON + timedelta(hours=1))
    assert [row.state for row in queries.versions_of(entry)] == ["planned", "live"]
    with clock.at(NOON + timedelta(hours=2)):
        assert [row.state for row in queries.versions_of(entry)] == ["live", "replaced"]
        assert [one.version for one in queries.search(world.programme, "abroad")] == [2]
        assert queries.live_versions(world.programme, at=NOON).get().number == 1
        actions.publish(entry=entry, number=1)
        assert [row.state for row in queries.versions_of(entry)] == ["replaced", "live"]
        assert [one.version for one in queries.search(world.programme, "letter")] == [1]
        assert queries.search(world.programme, "post") == []


def test_what_was_planned_is_called_off(world: World, lead: Member) -> None:
    entry = save(world, "article", "abroad", article())
    publish(entry, lead, starts_at=NOON + timedelta(hours=1))
    actions.call_off(entry=entry, number=1)
    with clock.at(NOON + timedelta(hours=2)):
        assert queries.search(world.programme, "abroad") == []
        assert [row.state for row in queries.versions_of(entry)] == ["approved"]
    with pytest.raises(Invalid, match="future"):
        actions.publish(entry=entry, number=1, starts_at=NOON - timedelta(hours=1))


def test_what_is_in_use_is_not_withdrawn(world: World, lead: Member) -> None:
    fee = save(world, "objection", "fee", objection())
    waive = save(world, "rebuttal", "waive", rebuttal())
    with pytest.raises(Conflict, match="not live"):
        publish(waive, lead)
    publish(fee, lead)
    actions.publish(entry=waive, number=1)
    with pytest.raises(Conflict, match="A year free"):
        actions.withdraw(entry=fee)
    with clock.at(NOON + timedelta(minutes=1)):
        actions.withdraw(entry=waive)
        actions.withdraw(entry=fee)
        assert queries.rebuttals_of(world.programme, "fee") == queries.search(world.programme, "fee") == []
        assert queries.keys_of(world.programme, "rebuttal") == set()
        assert count_of(world.programme, Wanted()) == 0
        assert [row.title for row in listed(world.programme, Wanted(state="withdrawn"))] == [
            "A year free",
            "The fee is too high",
        ]
    with clock.at(NOON + timedelta(minutes=2)):
        actions.publish(entry=fee, number=1)
        assert queries.keys_of(world.programme, "objection") == {"fee"}
        assert [one.key for one in queries.search(world.programme, "fee")] == ["fee"]


def test_what_a_published_guide_names_is_not_withdrawn(world: World, lead: Member) -> None:
    entry = live(world, "article", "abroad", article(), lead)
    text = 'name = "Cancel"\n[[steps]]\nkey = "thank"\nkind = "close"\ntitle = "Thank"\narticles = ["abroad"]\n'
    publishing.install(programme=world.programme, text=text)
    with clock.at(NOON + timedelta(minutes=1)):
        with pytest.raises(Conflict, match="the guide Cancel"):
            actions.withdraw(entry=entry)
        publishing.install(
            programme=world.programme, text=text.replace('articles = ["abroad"]\n', ""), key="cancel"
        )
        with clock.at(NOON + timedelta(minutes=2)):
            actions.withdraw(entry=entry)
            with pytest.raises(Invalid, match="abroad"):
                publishing.install(programme=world.programme, text=text, key="cancel")


def test_withdrawing_takes_back_what_was_to_come(world: World, lead: Member) -> None:
    entry = save(world, "article", "abroad", article())
    publish(entry, lead, starts_at=NOON + timedelta(hours=1))
    actions.withdraw(entry=entry)
    with clock.at(NOON + timedelta(hours=2)):
        assert queries.search(world.programme, "abroad") == []


def test_search_knows_stems_beginnings_and_slips(world: World, lead: Member) -> None:
    live(world, "article", "abroad", article(), lead)
    live(
        world,
        "article",
        "refund",
        article("When does a refund arrive?", "Within five days of the merchant."),
        lead,
    )
    german = article("Wie kündige ich die Karte?", "Mit einem Brief.", language="de")
    live(world, "article", "kuendigen", german, lead)

    def found(text: str) -> list[str]:
        return [one.key for one in queries.search(world.programme, text)]

    assert found("closing cards") == ["abroad"]
    assert found("refunds ") == ["refund"]
    assert found("ref") == ["refund"]
    assert found("refnud") == found("refud ") == found("rrefund ") == ["refund"]
    assert found("kündigen") == found("Karten") == ["kuendigen"]
    assert found("merchant abroad") == ["abroad", "refund"]  # more in the heading tells more
    assert found("") == found("the") == found("zebra") == found("'; -- % \\ \x00 :*&|") == []
    assert len(found("card " * 2000)) == 1


def test_only_the_programmes_own_entries_are_found(world: World, lead: Member) -> None:
    with inside(world.other.pk):
        entry = actions.save_draft(
            programme=world.other, kind="article", key="theirs", content=article(), instead_of=None
        )
        publish(entry, world.outsider)
        assert [one.key for one in queries.search(world.other, "abroad")] == ["theirs"]
    assert queries.search(world.programme, "abroad") == []
    for model in (LibraryEntry, LibraryVersion, LibraryTerm, LibrarySpelling):
        assert not model.objects.exists()
    with pytest.raises(NotFound):
        access_entry(world.programme, "theirs")


def begin(world: World, text: str = "Hello", email: str = "ada@example.org") -> Contact:
    return chat.begin(programme=world.programme, email=email, text=text, reason=world.reason, client_id=uuid4())


def test_what_is_made_for_the_contact_comes_first_and_what_is_for_others_not_at_all(
    world: World, lead: Member
) -> None:
    live(world, "objection", "fee", objection(), lead)
    live(world, "rebuttal", "any", rebuttal(title="Any"), lead)
    live(world, "rebuttal", "cancels", rebuttal(title="Cancels", reasons=["cancel"]), lead)
    both = rebuttal(title="Both", reasons=["cancel"], segments=["priority"], products=["gold card"])
    live(world, "rebuttal", "both", both, lead)
    Holding.objects.create(programme=world.programme, customer=world.customer, key="1", product="Gold card")
    contact = begin(world)
    assert [one.key for one in queries.rebuttals_for(contact)] == ["both", "cancels"]
    assert [one.key for one in queries.rebuttals_of(world.programme, "fee", contact=contact)] == [
        "both",
        "cancels",
        "any",
    ]
    assert queries.search(world.programme, "fee", contact=contact)[0].key == "both"
    Holding.objects.all().delete()
    assert [one.key for one in queries.rebuttals_for(contact)] == ["cancels"]


def test_names_that_mean_nothing_are_refused(world: World) -> None:
    for wrong, words in (
        (rebuttal(), "no objection 'fee'"),
        (article(reasons=["nah"]), "no reason 'nah'"),
        (article(segments=["nah"]), "no segment 'nah'"),
        (article(owner="rep"), "nobody here who may write"),
    ):
        kind = "rebuttal" if isinstance(wrong, Rebuttal) else "article"
        with pytest.raises(Invalid, match=words):
            save(world, kind, "x", wrong)
    save(world, "objection", "fee", objection())
    with pytest.raises(Conflict, match="already"):
        save(world, "article", "fee", article())
    assert LibraryEntry.objects.count() == 1


def test_a_file_is_taken_wholly_or_not_at_all(world: World) -> None:
    good = Library(objections={"fee": objection()}, rebuttals={"waive": rebuttal(owner="supervisor")})
    taken = actions.save_library(programme=world.programme, library=good)
    assert (taken.new, taken.changed, taken.same) == (2, 0, 0)
    assert actions.save_library(programme=world.programme, library=good).same == 2
    bad = Library(articles={"a": article(), "b": article(reasons=["nah"])})
    with pytest.raises(Invalid):
        actions.save_library(programme=world.programme, library=bad)
    assert LibraryEntry.objects.count() == 2
    assert queries.library_of(world.programme, only_live=False).rebuttals["waive"].owner == "supervisor"


def test_the_owner_is_told_once_of_what_is_overdue(world: World, lead: Member) -> None:
    entry = live(world, "article", "abroad", article(), lead)
    actions.keep(entry=entry, owner=lead, review_on=NOON.date() + timedelta(days=3))
    assert untold(world.programme) == []
    with clock.at(NOON + timedelta(days=4)):
        [due] = untold(world.programme)
        assert tell(due) and not tell(due)
        assert untold(world.programme) == []
        assert [row.is_overdue for row in listed(world.programme, Wanted(owner=lead, overdue=True))] == [True]
        actions.keep(entry=entry, owner=lead, review_on=NOON.date() + timedelta(days=90))
        assert listed(world.programme, Wanted(overdue=True)) == []
    assert happened(world)[-3:] == ["kept", "overdue", "kept"]
    with pytest.raises(Invalid, match="may write"):
        actions.keep(entry=entry, owner=world.rep, review_on=NOON.date())
    with pytest.raises(Invalid, match="today on"):
        actions.keep(entry=entry, owner=lead, review_on=NOON.date() - timedelta(days=1))


def test_an_example_names_nobody_and_goes_with_the_person(world: World, lead: Member) -> None:
    entry = live(world, "objection", "fee", objection(), lead)
    contact = begin(world, "I am Ada Byron, ADA@example.org, +49 30 123456: the fee is too high for a Lovelace")
    message = messages_of(contact)[0].client_id
    made = examples.add_example(entry=entry, contact=contact, message=message, by=lead)
    assert made.words == "I am •••• ••••, ••••, ••••: the fee is too high for a Lovelace"
    assert examples.add_example(entry=entry, contact=contact, message=message, by=lead).pk == made.pk
    with pytest.raises(NotFound):
        examples.add_example(entry=entry, contact=contact, message=uuid4(), by=lead)
    kept = next(one for one in everything() if one.key == "guides.examples")
    kept.erase(Subject(programme_id=world.programme.pk, contacts=(contact.pk,)))
    assert queries.examples_of(entry) == []


def test_a_use_is_on_the_log_with_the_version(world: World, lead: Member) -> None:
    live(world, "article", "abroad", article(), lead)
    contact = begin(world)
    actions.use(member=world.rep, contact=contact, key="abroad")
    event = Event.objects.get(name="library.used")
    assert (event.subject, event.data) == (contact.public_id, {"kind": "article", "key": "abroad", "version": 1})


def test_where_an_entry_works_is_told_with_how_sure_that_is(world: World, lead: Member) -> None:
    entry = live(world, "article", "abroad", article(), lead)
    assert worth_of(entry) == []
    for number, resolved in enumerate((True, True, False, None)):
        contact = begin(world, email=f"{number}@example.org")
        for _ in range(2):  # of one contact it counts once
            actions.use(member=world.rep, contact=contact, key="abroad")
        Contact.objects.filter(pk=contact.pk).update(resolved=resolved)
    whole, by_reason = worth_of(entry)
    assert (whole.used, whole.told, whole.resolved) == (4, 3, 2)
    assert (by_reason.reason, by_reason.used) == (world.reason.name, 4)
    assert whole.range is not None
    assert [round(end, 2) for end in whole.range] == [0.21, 0.94]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FILTER (WHERE resolved), count(*) FROM fact_library_use")
        assert cursor.fetchone() == (2, 4)


def test_lists_are_by_what_is_wanted(world: World, lead: Member) -> None:
    live(world, "objection", "fee", objection(), lead)
    entry = live(world, "article", "abroad", article(), lead)
    save(world, "article", "abroad", article(answer="By post."), instead_of=1)
    save(world, "rebuttal", "waive", rebuttal())

    def keys(**wanted: Any) -> list[str]:
        return [row.entry.key for row in listed(world.programme, Wanted(**wanted))]

    assert keys() == ["waive", "abroad", "fee"]
    assert keys(state="live") == ["abroad", "fee"]
    assert keys(state="draft") == ["waive", "abroad"]
    assert keys(approach="price") == ["waive"] and keys(approach="personal") == []
    assert keys(kind="article") == keys(words="ABROAD") == ["abroad"]
    actions.submit(entry=entry, number=2)
    assert keys(state="submitted") == ["abroad"]
    actions.approve(entry=entry, number=2, by=lead, actor="test")
    assert keys(state="approved") == ["abroad"]
    actions.publish(entry=entry, number=2, starts_at=NOON + timedelta(days=1))
    assert keys(state="planned") == ["abroad"]
