"""Who scores, who is scored and who gives out what it is worth, at once: nobody waits for ever."""

from functools import partial

import pytest

from rapport.conftest import World
from rapport.contacts.access import lock_own
from rapport.contacts.models import Contact
from rapport.customers.promises.actions import make_promise
from rapport.kit.errors import NotFound
from rapport.kit.tests.at_once import at_once
from rapport.quality import actions
from rapport.quality.models import Evaluation, Selection
from rapport.quality.recordings import taking
from rapport.quality.tests.cards import a_contact, a_scorecard, a_selection
from rapport.quality.tests.test_evaluating import ANSWERS, begun

MANY = 12
pytestmark = pytest.mark.django_db(transaction=True)


def test_a_rep_hands_their_score_in_and_asks_to_see_it_without(committed_world: World) -> None:
    world = committed_world
    card = a_scorecard(world)
    own = [begun(world.rep, a_selection(world, card, asks_self=True)) for _ in range(MANY)]

    def submits(row: Evaluation) -> None:
        try:
            actions.submit(member=world.rep, evaluation_id=row.public_id, answers=ANSWERS, strengths="Warm")
        except NotFound:  # it was taken back just before
            assert not Evaluation.objects.filter(pk=row.pk).exists()

    def without(row: Evaluation) -> None:
        assert row.selection is not None
        actions.see_without_own(member=world.rep, selection_id=row.selection.public_id)

    at_once(world.programme.pk, [partial(submits, one) for one in own], [partial(without, one) for one in own])
    kept = Evaluation.objects.values_list("selection", "submitted_at")
    assert all(submitted is not None for _, submitted in kept)
    assert Selection.objects.filter(asks_self=True).count() == 0


def test_a_recording_arrives_while_the_rep_promises_something(committed_world: World) -> None:
    world = committed_world
    calls = [a_contact(world, channel="voice") for _ in range(MANY)]

    def promises(call: Contact) -> None:
        lock_own(call)
        make_promise(member=world.rep, customer=world.customer, what="A letter", contact_id=call.pk)

    at_once(
        world.programme.pk,
        [partial(taking.hold, one) for one in calls],
        [partial(promises, one) for one in calls],
    )
