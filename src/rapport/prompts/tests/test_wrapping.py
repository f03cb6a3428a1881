"""What a wrap-up begins with: the line, the reason and the promises, each for the rep to confirm."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.customers.models import Promise
from rapport.insight.queries import metrics
from rapport.kit import clock
from rapport.prompts.due import due_of
from rapport.prompts.models import Prompt
from rapport.prompts.summary import LONGEST, Told, summary_of
from rapport.prompts.tests.test_prompts import DESK, by_words, contact, say, text_of

__all__ = ["by_words", "contact"]
WEDNESDAY = date(2026, 3, 4)


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("call you back today", 0),
        ("call you tomorrow morning", 1),
        ("send it the day after tomorrow", 2),
        ("refund it within two weeks", 14),
        ("refund it within 3 working days", 5),  # over a week-end
        ("ring you in an hour", 0),
        ("write by Friday", 2),
        ("write on Wednesday", 7),
        ("write on Monday", 5),
        ("write next Friday", 9),
        ("write next Monday", 5),
        ("have it by the end of the week", 4),
        ("have it by the end of next month", 57),
        ("look into it", 0),
    ],
)
def test_the_day_of_a_promise(words: str, days: int) -> None:
    assert due_of(words, WEDNESDAY) == WEDNESDAY + timedelta(days=days)


def test_the_line_quotes_what_tells_most() -> None:
    told = Told(
        said=[
            ("customer", "Good morning! I want to close my card because the annual fee went up."),
            ("rep", "Hello, thank you for writing to us."),
            (
                "customer",
                "Nice weather here, says my sister. Please close the card or drop the annual fee!",
            ),
            ("rep", "I have taken the annual fee off your card for a year. Does that help?"),
        ],
        answers={"Where do they move?": "abroad"},
        done=["Offer the fee back"],
        promised=["send the letter by Friday"],
        script=["Hello {customer.first_name|there}, thank you for writing to us."],
    )
    assert summary_of(told) == (
        "They: “I want to close my card because the annual fee went up. "
        "Please close the card or drop the annual fee!” "
        "We: “I have taken the annual fee off your card for a year.” "
        "Where do they move: abroad. Done: Offer the fee back. Promised: send the letter by Friday."
    )
    assert summary_of(Told(said=[("customer", "Hi"), ("rep", "Hello")])) == ""


@given(st.lists(st.tuples(st.sampled_from(["customer", "rep"]), st.text(max_size=400)), max_size=12))
def test_whatever_is_said_fits_into_the_line(said: list[tuple[str, str]]) -> None:
    assert len(summary_of(Told(said=said, done=["Agree"]))) <= LONGEST


def test_a_wrap_up_is_filled_in_and_nothing_is_kept_unseen(world: World, client: Client, contact: Contact) -> None:
    client.force_login(world.rep.user)
    at = f"{DESK}contacts/{contact.public_id}/"
    say(world, contact, "Ada Byron here, I want to close my card, the annual fee is too high.")
    say(world, contact, "I will refund the annual fee of your card within two days.", "rep")
    page = text_of(client.post(f"{at}end/"))
    contact.refresh_from_db()
    assert contact.summary == ""
    line = re.search(r'name="summary"[^>]*value="([^"]*)"', page)
    assert line is not None
    assert "I want to close my card" in line[1] and "Ada" not in line[1] and "Promised: refund" in line[1]
    heard = Prompt.objects.get(contact=contact, kind="promise")
    due_on = clock.now().astimezone(world.programme.zone).date() + timedelta(days=2)
    assert f'data-due="{due_on.isoformat()}" data-heard="{heard.public_id}"' in page
    assert not Promise.objects.exists()
    form = {"what": "refund the annual fee", "due_on": due_on.isoformat(), "heard": str(heard.public_id)}
    assert "data-heard" not in text_of(client.post(f"{at}promises/", form))
    assert client.post(f"{at}promises/", form).status_code == 409  # a second press
    assert Promise.objects.get().due_on == due_on
    heard.refresh_from_db()
    assert heard.used_at is not None


def test_a_reason_that_was_heard_is_asked_about(world: World, client: Client, contact: Contact) -> None:
    client.force_login(world.rep.user)
    at = f"{DESK}contacts/{contact.public_id}/"
    Contact.objects.filter(pk=contact.pk).update(reason=None)
    contact.refresh_from_db()
    say(world, contact, "Please cancel my card")
    assert Prompt.objects.filter(contact=contact, kind="reason").exists()
    page = text_of(client.post(f"{at}end/"))
    assert "Heard in what they said: Cancel my card" in page
    told = {"disposition": "saved", "resolved": "yes", "summary": "Stays", "open_because": "In a hurry"}
    assert client.post(f"{at}wrap-up/", {**told, "reason": "nonsense"}).status_code == 422
    assert client.post(f"{at}wrap-up/", {**told, "reason": world.reason.key}).status_code == 200
    contact.refresh_from_db()
    assert (contact.state, contact.reason) == ("closed", world.reason)


def test_nothing_is_made_of_data_that_may_not_be_used(world: World, client: Client, contact: Contact) -> None:
    client.force_login(world.rep.user)
    say(world, contact, "I want to close my card, the annual fee is too high.")
    assert contact.customer is not None
    type(contact.customer).objects.filter(pk=contact.customer.pk).update(standing="restricted")
    page = text_of(client.post(f"{DESK}contacts/{contact.public_id}/end/"))
    assert "From what was said and done" not in page


def test_what_reps_make_of_prompts_is_counted_by_kind(world: World, client: Client, contact: Contact) -> None:
    client.force_login(world.rep.user)
    at = f"{DESK}contacts/{contact.public_id}/"
    say(world, contact, "This is unacceptable, I will move to another bank")
    page = text_of(client.get(f"{at}prompts/"))
    heard = {one.kind: one for one in Prompt.objects.filter(contact=contact)}
    step = Prompt.objects.filter(contact=contact, kind="next").order_by("rank")[0]
    assert {"distress", "leaving", "competitor"} <= heard.keys() and f'data-prompt-key="{step.public_id}"' in page
    client.post(f"{at}prompts/{heard['distress'].public_id}/use/")
    client.post(f"{at}prompts/{heard['leaving'].public_id}/dismiss/")
    client.post(f"{at}prompts/{step.public_id}/use/")
    marks = [f"{step.public_id} edited", "nonsense", f"{uuid4()} edited"], [f"{step.public_id} as it was"]
    for told in marks:  # the first time counts
        sent = client.post(f"{at}messages/", {"text": "Hm", "client_id": uuid4(), "prompt": told})
        assert sent.status_code == 200
    today = clock.now().astimezone(world.programme.zone).date()
    keys = ["prompts_shown", "prompt_use_rate", "prompt_dismissal_rate", "prompt_edit_rate"]
    rows = {row.group["kind"]: row.figures for row in metrics(world.programme, keys, today, today, by="kind")}

    def figures(kind: str) -> list[tuple[float, float | None]]:
        return [(rows[kind][key].numerator, rows[kind][key].denominator) for key in keys]

    assert figures("distress") == [(1, None), (1, 1), (0, 1), (0, 0)]
    assert figures("leaving") == [(1, None), (0, 1), (1, 1), (0, 0)]
    assert figures("next")[1][0] == 1 and figures("next")[3] == (1, 1)
