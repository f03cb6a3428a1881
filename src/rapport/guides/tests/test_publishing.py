"""Versions of guides: drafted, submitted, approved by another, in force by the clock, rolled back, compared."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.accounts.roles import Role
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact
from rapport.guides import actions, publishing, versions
from rapport.guides.comparison import compare
from rapport.guides.definition.reading import GuideInvalid, read_guide
from rapport.guides.models import Guide, GuideVersion
from rapport.guides.tests.written import CANCEL, simple
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid, NotFound
from rapport.kit.walls import inside

STEPS = [{"key": "hear", "title": "Hear", "touch_point": "required"}]
FIRST = simple("Cancel", STEPS, "cancel")
SECOND = simple("Cancel", [*STEPS, {"key": "tell", "title": "Tell"}], "cancel")
NINE = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def writer(world: World) -> Member:
    return accounts.ensure_member(programme=world.programme, agent_id="tina", username="tina", role=Role.TRAINER)


@pytest.fixture
def approver(world: World) -> Member:
    return accounts.ensure_member(programme=world.programme, agent_id="mona", username="mona", role=Role.MANAGER)


def test_a_guide_opens_no_slot_of_offers_that_there_is_not(world: World) -> None:
    text = simple("Cancel", [*STEPS, {"key": "o", "kind": "offer", "title": "Offer", "slot": "rescue"}], "cancel")
    with pytest.raises(GuideInvalid, match="no slot of offers 'rescue'"):
        publishing.install(programme=world.programme, text=text, actor="test")
    publishing.install(programme=world.programme, text=text.replace("rescue", "loyalty"), actor="test")


def serving(world: World) -> int | None:
    made, _ = contacts.arrive(programme=world.programme, channel="voice", actor="pbx", reason=world.reason)
    found = versions.version_for(Contact.objects.get(pk=made.pk))
    return found.number if found else None


def approved(world: World, text: str, writer: Member, approver: Member) -> int:
    where: dict[str, Any] = {"programme": world.programme, "key": "cancel"}
    number = publishing.save_draft(programme=world.programme, text=text, by=writer).number
    publishing.submit(**where, number=number, by=writer)
    publishing.approve(**where, number=number, by=approver)
    return number


def test_from_draft_to_force_takes_two(world: World, writer: Member, approver: Member) -> None:
    where: dict[str, Any] = {"programme": world.programme, "key": "cancel"}
    draft = publishing.save_draft(programme=world.programme, text=FIRST, by=writer)
    assert (draft.state, publishing.save_draft(programme=world.programme, text=FIRST, by=approver)) == (
        "draft",
        draft,
    )
    with pytest.raises(Conflict, match="Submit it first"):
        publishing.approve(**where, number=1, by=approver)
    with pytest.raises(Conflict, match="not approved"):
        publishing.publish(**where, number=1, by=approver)
    publishing.submit(**where, number=1, by=writer)
    with pytest.raises(Conflict, match="Somebody else has to approve"):
        publishing.approve(**where, number=1, by=writer)
    publishing.send_back(**where, number=1, because="Say it shorter", by=approver)
    assert versions.versions_of(draft.guide)[0].returned_because == "Say it shorter"
    publishing.submit(**where, number=1, by=approver)
    with pytest.raises(Conflict, match="Somebody else has to approve"):  # who submitted it is no second person
        publishing.approve(**where, number=1, by=approver)
    publishing.send_back(**where, number=1, by=approver)
    assert approved(world, FIRST, writer, approver) == 1
    assert serving(world) is None
    assert publishing.publish(**where, number=1, by=writer).state == "published"
    assert publishing.publish(**where, number=1, by=writer).number == 1
    assert serving(world) == 1


def test_the_database_too_wants_another_to_approve(world: World, writer: Member) -> None:
    made = publishing.save_draft(programme=world.programme, text=FIRST, by=writer)
    with pytest.raises(IntegrityError, match="guide_approved_by_another"), transaction.atomic():
        GuideVersion.objects.filter(pk=made.pk).update(approved_by=writer, approved_at=NINE)
    with pytest.raises(IntegrityError, match="guide_approved_before_published"), transaction.atomic():
        GuideVersion.objects.filter(pk=made.pk).update(starts_at=NINE)


def test_in_force_is_a_matter_of_the_clock(world: World, writer: Member, approver: Member) -> None:
    where: dict[str, Any] = {"programme": world.programme, "key": "cancel"}
    with clock.at(NINE):
        publishing.publish(**where, number=approved(world, FIRST, writer, approver))
        number = approved(world, SECOND, writer, approver)
        with pytest.raises(Invalid, match="in the future"):
            publishing.publish(**where, number=number, starts_at=NINE)
        later = NINE + timedelta(hours=2)
        assert publishing.publish(**where, number=number, starts_at=later).state == "planned"
        assert serving(world) == 1
        [listed] = versions.guides_of(world.programme)
        assert (listed.in_force and listed.in_force.number, listed.planned and listed.planned.number) == (1, 2)
    with clock.at(later):
        assert serving(world) == 2  # nobody and no job had to do anything
    with clock.at(NINE):
        publishing.call_off(**where, number=2)
        assert versions.version_by_number(versions.guide_by_key(world.programme, "cancel"), 2).state == "approved"
    with clock.at(later):
        assert serving(world) == 1


def test_an_older_version_comes_back_under_a_new_number(world: World, writer: Member, approver: Member) -> None:
    where: dict[str, Any] = {"programme": world.programme, "key": "cancel"}
    publishing.publish(**where, number=approved(world, FIRST, writer, approver))
    publishing.publish(**where, number=approved(world, SECOND, writer, approver))
    with pytest.raises(Conflict, match="roll back"):
        publishing.publish(**where, number=1)
    again = publishing.roll_back(**where, number=1, by=approver)
    assert (again.number, again.text, again.state, serving(world)) == (3, FIRST, "published", 3)
    assert publishing.roll_back(**where, number=3, by=approver) == again


def test_who_saves_over_what_they_did_not_see_is_told(world: World, writer: Member) -> None:
    publishing.save_draft(programme=world.programme, text=FIRST, by=writer)
    publishing.save_draft(programme=world.programme, text=SECOND, by=writer, based_on=1)
    with pytest.raises(Conflict, match="Version 2 was saved meanwhile"):
        publishing.save_draft(programme=world.programme, text=FIRST + "\n", by=writer, based_on=1)


def test_two_guides_for_the_same_contacts_are_refused(world: World) -> None:
    publishing.install(programme=world.programme, text=FIRST)
    with pytest.raises(Conflict, match="'Cancel' \\(version 1\\) is for the same contacts"):
        publishing.install(programme=world.programme, text=simple("Close", STEPS, "cancel"))
    assert not Guide.objects.filter(key="close").exists()
    publishing.install(programme=world.programme, text=simple("General", STEPS))
    publishing.retire(programme=world.programme, key="cancel")
    assert [one.guide.key for one in versions.versions_in_force(world.programme)] == ["general"]
    publishing.install(programme=world.programme, text=simple("Close", STEPS, "cancel"))
    with pytest.raises(Conflict, match="'Close' \\(version 1\\)"):
        publishing.retire(programme=world.programme, key="cancel", is_retired=False)


def test_a_version_that_was_replaced_is_in_nobodys_way(world: World) -> None:
    contacts.ensure_reason(programme=world.programme, key="limit", name="Limit")
    for reason in ("cancel", "limit"):
        publishing.install(programme=world.programme, text=simple("First", STEPS, reason))
    publishing.install(programme=world.programme, text=simple("Second", STEPS, "cancel"))
    assert len(versions.versions_in_force(world.programme)) == 2


def test_names_and_cases_are_looked_at_before_it_counts(world: World, writer: Member) -> None:
    with pytest.raises(GuideInvalid, match="Line 4: There is no reason 'nothing'"):
        publishing.save_draft(programme=world.programme, text=simple("X", STEPS, "nothing"))
    failing = FIRST + '\n[[tests]]\nname = "Nothing is open"\nopen = []\n'
    publishing.save_draft(programme=world.programme, text=failing, by=writer)
    with pytest.raises(GuideInvalid, match="still open: hear; expected: nothing"):
        publishing.submit(programme=world.programme, key="cancel", number=1, by=writer)
    with pytest.raises(GuideInvalid, match="still open: hear"):
        publishing.install(programme=world.programme, text=failing)


def test_what_is_in_use_stays(world: World, writer: Member, approver: Member) -> None:
    publishing.install(programme=world.programme, text=FIRST)
    made, _ = contacts.arrive(programme=world.programme, channel="voice", actor="pbx", reason=world.reason)
    actions.begin(made, actor="test")
    publishing.save_draft(programme=world.programme, text=SECOND, by=writer)
    for number in (None, 1):
        with pytest.raises(Conflict, match="stays on file"):
            publishing.delete(programme=world.programme, key="cancel", number=number)
    publishing.delete(programme=world.programme, key="cancel", number=2)
    publishing.install(programme=world.programme, text=simple("Unused", STEPS))
    with pytest.raises(Conflict, match="stays on file"):
        publishing.delete(programme=world.programme, key="unused")
    publishing.save_draft(programme=world.programme, text=simple("Idea", STEPS), key="idea", by=writer)
    publishing.delete(programme=world.programme, key="idea")
    assert {one.guide.key for one in versions.guides_of(world.programme)} == {"cancel", "unused"}
    with pytest.raises(NotFound):
        versions.guide_by_key(world.programme, "idea")


def test_a_guide_that_cannot_be_read_any_more_says_so(world: World) -> None:
    made = publishing.install(programme=world.programme, text=FIRST)
    GuideVersion.objects.filter(pk=made.pk).update(text="nonsense = true", made_at=NINE)
    made.refresh_from_db()
    assert versions.read_version(made).name == "This guide cannot be read"


def test_another_programmes_guides_are_not_here(world: World) -> None:
    with inside(world.other.pk):
        publishing.install(programme=world.other, text=simple("Theirs", STEPS))
    assert versions.guides_of(world.programme) == []
    assert serving(world) is None


def test_two_versions_are_compared_step_by_step() -> None:
    old = read_guide(CANCEL)
    new = read_guide(
        CANCEL.replace("What made you decide?", "Why?")
        .replace("rephrase_from = 2", "rephrase_from = 1")
        .replace('is = ["price"] }], to = "offer"', 'is = ["price", "moving"] }], to = "offer"')
        .replace('[[steps]]\nkey = "by_hand"\ntitle = "Hand it to the back office"\nnext = "close"\n', "")
        .replace('to = "by_hand"', 'to = "close"')
        .replace("[fields.account]", '[fields.iban]\nlabel = "IBAN"\noptional = true\n[fields.account]')
    )
    told = [(one.what, one.where, one.part, one.before, one.after) for one in compare(old, new)]
    assert told == [
        ("added", "field iban", "", "", "iban"),
        ("changed", "step greet", "may be rephrased from level", "2", "1"),
        ("changed", "step hear", "words", "What made you decide?", "Why?"),
        ("changed", "step sort", "branches", "offer when why is price", "offer when why is price or moving"),
        (
            "changed",
            "step cancel",
            "branches",
            "by_hand when result.cancel is failed",
            "close when result.cancel is failed",
        ),
        ("removed", "step by_hand", "", "Hand it to the back office", ""),
    ]
    assert compare(new, new) == []


def test_a_step_that_moved_is_told_and_the_others_are_not() -> None:
    steps = [{"key": key, "title": key.upper()} for key in "abcd"]
    old = read_guide(simple("G", steps))
    new = read_guide(
        simple("G", [steps[3], *steps[:3]]).replace('next = "end"', "").replace('"C"', '"C"\nnext="end"')
    )
    moved = [(one.key, one.before, one.after) for one in compare(old, new) if one.what == "moved"]
    assert moved == [("d", "after C", "first")]
