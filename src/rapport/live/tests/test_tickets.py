"""Tickets: whatever a stranger sends for one opens nothing, and one of ours says what was put in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.kit.tests.hostile import FUZZED, TEXTS, damaged
from rapport.live import tickets

GOOD = tickets.issue(["member:1"], programme_id=1, person=1, session="s")


@FUZZED
@given(sent=TEXTS | damaged(GOOD.encode()).map(lambda raw: raw.decode("latin-1")))
def test_what_was_not_made_here_opens_nothing(sent: str) -> None:
    if sent != GOOD:
        with pytest.raises(tickets.BadTicket):
            tickets.read(sent)


@FUZZED
@given(
    channels=st.sets(TEXTS, max_size=4), person=st.none() | st.integers(1, 9), until=st.none() | st.floats(0, 9e9)
)
def test_a_ticket_says_what_was_put_in(channels: set[str], person: int | None, until: float | None) -> None:
    ticket = tickets.read(tickets.issue(channels, programme_id=7, person=person, until=until))
    assert (ticket.programme_id, ticket.channels) == (7, frozenset(channels))
    assert (ticket.person, ticket.until) == (person, until)
