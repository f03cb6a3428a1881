"""The pages of words on trial, by the people who use them."""

import html
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.accounts.roles import Role
from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.customers.models import Customer
from rapport.guides import publishing
from rapport.guides.models import WordsShown, WordsTrial
from rapport.guides.tests.test_trials import OTHERS, TEXT
from rapport.insight.wording import Tried, compare_words
from rapport.kit import clock
from rapport.ledger import actions as ledger
from rapport.ledger.judging import Status
from rapport.studio.tests.test_routing import signed_in, text_of

TRIALS = "/at/cards/guides/-/trials/"
ABOUT = {"guide": "cancel", "step": "why"}
SENT = {**ABOUT, "words": OTHERS, "share": "30", "metric": "resolution_by_reps", "least": "", "days": "14"}


@pytest.fixture
def writer(world: World) -> Client:
    publishing.install(programme=world.programme, text=TEXT)
    return signed_in(world.supervisor)


@pytest.fixture
def boss(world: World) -> Client:
    made = accounts.ensure_member(
        programme=world.programme, agent_id="boss", name="Boss", role=Role.MANAGER, username="boss"
    )
    return signed_in(made)


def begun(writer: Client, boss: Client, **changes: Any) -> None:
    writer.post(f"{TRIALS}propose/", {**SENT, **changes})
    boss.post(f"{TRIALS}1/begin/")


def resolved(world: World, shares: list[float], each: int) -> None:
    """Have each of the words shown on contacts of so many customers, of whom this share was helped."""
    trial, now = WordsTrial.objects.get(), clock.now()
    told = [(variant, share > n / each) for variant, share in enumerate(shares) for n in range(each)]
    made = Customer.objects.bulk_create(
        Customer(programme=world.programme, key=f"T-{n}", name="Somebody") for n in range(len(told))
    )
    contacts = Contact.objects.bulk_create(
        Contact(
            programme=world.programme, channel="voice", customer=customer, state="closed", resolved=is_resolved,
            arrived_at=now, queued_at=now, placed_at=now, answered_at=now, ended_at=now, closed_at=now,
        )
        for customer, (_, is_resolved) in zip(made, told, strict=True)
    )  # fmt: skip
    WordsShown.objects.bulk_create(
        WordsShown(programme=world.programme, trial=trial, contact=one, variant=variant, shown_at=now)
        for one, (variant, _) in zip(contacts, told, strict=True)
    )


def saved(world: World, shares: list[float], each: int) -> datetime:
    """Have every customer that the words were shown to claimed as saved now, of whom this share stays."""
    now = clock.now()
    rows = WordsShown.objects.select_related("contact").order_by("variant", "pk")
    saves, words = [], []
    for at, one in enumerate(rows):
        saves.append(
            ledger.Save(
                attempt=uuid4(), customer=one.contact.customer_id or 0, contact=one.contact.public_id, made_at=now
            )
        )
        stays = shares[one.variant] > at % each / each
        word = (now + timedelta(days=61), Status.ACTIVE) if stays else (now + timedelta(days=20), Status.CANCELLED)
        words.append(ledger.Word(one.contact.customer_id or 0, "", *word))
    ledger.claim(programme=world.programme, saves=saves, actor="test")
    last = now + timedelta(days=62)  # the programme is at work until then
    Contact.objects.create(programme=world.programme, channel="voice", arrived_at=last, queued_at=last)
    for later in (25, 62):
        with clock.at(now + timedelta(days=later)):
            heard = [one for one in words if one.as_of <= clock.now()]
            ledger.hear(programme=world.programme, words=heard, actor="test")
    return now


def refused(response: Any) -> str:
    assert 400 <= response.status_code < 500 and b"<b>" not in response.content
    return html.unescape(response.content.decode())


def test_words_are_proposed_begun_watched_and_published(world: World, writer: Client, boss: Client) -> None:
    assert "Nothing is on trial" in text_of(writer.get(TRIALS))
    assert "Try other words" in text_of(writer.get("/at/cards/guides/cancel/?part=step:why"))
    assert "May I ask why?" in text_of(writer.get(f"{TRIALS}new/", ABOUT))
    page = text_of(writer.post(f"{TRIALS}propose/", SENT, follow=True))
    assert "Somebody else has to begin it." in page and "Approve and begin" not in page and OTHERS[1] in page
    assert "you wrote these words" in refused(writer.post(f"{TRIALS}1/begin/"))
    assert "Too early to say" in text_of(boss.post(f"{TRIALS}1/begin/", follow=True))
    assert "Trial 1 is of these words" in text_of(writer.get(f"{TRIALS}new/", ABOUT))
    resolved(world, [0.5, 0.9, 0.55], 300)
    page = text_of(boss.get(f"{TRIALS}1/"))
    assert "Words 1 are better" in page and "over 99.9 %" in page and "contacts a week" in page
    assert "Words 1 are better" in text_of(writer.get(TRIALS))
    ended = text_of(boss.post(f"{TRIALS}1/end/", {"winner": "1"}, follow=True))
    assert "They are in force now" in ended and "published" in ended
    assert OTHERS[0] in text_of(writer.get("/at/cards/guides/cancel/2/"))


def test_the_verdict_says_what_is_so(world: World, writer: Client, boss: Client) -> None:
    begun(writer, boss)
    resolved(world, [0.6, 0.3, 0.3], 200)
    page = text_of(boss.get(f"{TRIALS}1/"))
    assert "The words in force are better" in page and "nothing" in page
    trial, now = WordsTrial.objects.get(), clock.now()
    assert trial.starts_at is not None
    told = [Tried(1, others, 0.3, trial.starts_at, now, 2000) for others in (1, 2)]
    alone, corrected = (compare_words(world.programme, one, [trial.metric])[0][0] for one in told)
    assert alone.low is not None and corrected.low is not None and corrected.low < alone.low
    WordsShown.objects.all().delete()
    assert "Too early to say" in text_of(boss.get(f"{TRIALS}1/"))
    kept = text_of(boss.post(f"{TRIALS}1/end/", {"winner": "0"}, follow=True))
    assert "The words in force stay." in kept and "kept as it was" in kept


def test_a_trial_against_what_none_can_be_tried_against_now_is_still_shown(
    world: World, writer: Client, boss: Client
) -> None:
    begun(writer, boss)
    WordsTrial.objects.update(metric="saved")
    assert "Saved" in text_of(boss.get(f"{TRIALS}1/"))


def test_an_uneven_split_is_told(world: World, writer: Client, boss: Client) -> None:
    begun(writer, boss, words=OTHERS[:1], share="50")
    resolved(world, [0.5, 0.5], 150)
    assert "Do not trust" not in text_of(boss.get(f"{TRIALS}1/"))
    shown = WordsShown.objects.filter(variant=1).order_by("pk")
    shown.filter(pk__in=list(shown.values_list("pk", flat=True)[:100])).update(variant=0)
    assert "Do not trust this trial" in text_of(boss.get(f"{TRIALS}1/"))


def test_what_is_wrong_is_said_and_what_was_written_stays(world: World, writer: Client) -> None:
    for wrong, words in (
        ({"words": ["", ""]}, "Write one"),
        ({"share": "60"}, "leave 10 %"),
        ({"share": "nan"}, "per cent of customers"),
        ({"share": "x"}, "per cent of customers"),
        ({"metric": "occupancy"}, "figure that decides"),
        ({"least": "-1"}, "more than nothing"),
        ({"days": "900"}, "184 days"),
        ({"days": "inf"}, "how many days"),
        ({"words": ["{customer.shoe}<b>"]}, "Words 1"),
        ({"step": "gone"}, "not in force"),
        ({"guide": ""}, "Open a step"),
        ({"guide": "gone"}, "no guide"),
    ):
        page = refused(writer.post(f"{TRIALS}propose/", {**SENT, **wrong}))
        assert words in page
    assert not WordsTrial.objects.exists()
    size = text_of(writer.get(f"{TRIALS}size/", SENT))
    assert "too few contacts" in size
    assert "leave 10 %" in text_of(writer.get(f"{TRIALS}size/", {**SENT, "share": "80"}))


def test_how_many_it_takes_is_told_of_the_guide(world: World, writer: Client, boss: Client) -> None:
    begun(writer, boss)
    resolved(world, [0.5, 0.6, 0.7], 60)
    told = text_of(writer.get(f"{TRIALS}size/", {**SENT, "guide": ""}))
    assert "customers</strong> to see a difference of 5 points" in told
    assert "too few contacts" in text_of(writer.get(f"{TRIALS}size/", SENT))  # none of them had this guide


def test_saves_wait_until_they_are_judged_either_way(world: World, writer: Client, boss: Client) -> None:
    begun(writer, boss, words=OTHERS[:1], share="50", metric="stick_60")
    resolved(world, [1, 1], 60)
    made = saved(world, [0.4, 0.9], 60)
    trial = WordsTrial.objects.get()
    assert trial.starts_at is not None and trial.over_at is not None
    manager = Member.objects.get(agent_id="boss")
    with clock.at(made + timedelta(days=30)):  # those who left are known already, but not who will have stayed
        page = text_of(signed_in(manager).get(f"{TRIALS}1/"))
        assert "Too early to say" in page and "Of 120 more it is not known yet" in page and "60 wait" in page
    with clock.at(made + timedelta(days=63)):
        tried = Tried(1, 1, 0.5, trial.starts_at, trial.over_at, 2000)
        [[found]] = compare_words(world.programme, tried, ["stick_60"])
        assert (found.control.numerator, found.control.denominator) == (24, 60)
        assert (found.candidate.numerator, found.candidate.denominator) == (54, 60)
        assert found.says == "better"
        page = text_of(signed_in(manager).get(f"{TRIALS}1/"))
        assert "Words 1 are better" in page and "it is not known yet" not in page and "60 wait" not in page


def test_who_may_not_sees_and_does_nothing(world: World, writer: Client, boss: Client) -> None:
    begun(writer, boss)
    assert signed_in(world.rep).get(f"{TRIALS}1/").status_code == 403
    assert signed_in(world.outsider).get(f"{TRIALS}1/").status_code == 404
    assert signed_in(world.rep).post(f"{TRIALS}1/end/", {"winner": "1"}).status_code == 403
    assert boss.get(f"{TRIALS}9/").status_code == 404
    assert "Choose which words" in text_of(boss.post(f"{TRIALS}1/end/", {"winner": "x"}), 422)
    assert "Choose which words" in text_of(boss.post(f"{TRIALS}1/end/", {"winner": "7"}), 422)
    assert WordsTrial.objects.get().state == "on"
