"""The pages of offers: written, approved by another, flagged, published; leave and worklist; who may not."""

import pytest
from django.test import Client
from django.urls import reverse

from rapport.accounts import actions as accounts
from rapport.accounts.roles import Role
from rapport.conftest import World
from rapport.offers.choosing import actions as choosing
from rapport.offers.models import Fulfilment, KeptOffer, OfferVersion, Presentation
from rapport.offers.tests.offering import accepted, drafted, leaving_on, live, offer_text, uncontrolled


def at(name: str, *arguments: object) -> str:
    return reverse(name, args=["cards", *arguments])


@pytest.fixture
def supervisor(client: Client, world: World) -> Client:
    client.force_login(world.supervisor.user)
    return client


def test_an_offer_goes_from_a_draft_to_live_by_two_people(supervisor: Client, world: World) -> None:
    page = supervisor.get(at("offer-new")).content.decode()
    assert "Half the fee for a year" in page
    told = {"key": "half-fee", "text": offer_text()}
    assert supervisor.post(at("offer-save"), told).status_code == 302
    version = at("offer-decide", "half-fee", 1)
    supervisor.post(version, {"do": "submit"})
    own = supervisor.post(version, {"do": "approve"})
    assert own.status_code == 409
    assert "Somebody else has to approve it" in own.content.decode()
    second = accounts.ensure_member(
        programme=world.programme, agent_id="s2", name="Second", role=Role.SUPERVISOR, username="s2", password=None
    )
    supervisor.force_login(second.user)
    supervisor.post(version, {"do": "approve"})
    supervisor.post(version, {"do": "publish"})
    assert OfferVersion.objects.get().live_from is not None
    listed = supervisor.get(at("offers")).content.decode()
    assert "live" in listed
    supervisor.post(at("offer-withdraw", "half-fee"))
    assert KeptOffer.objects.get().withdrawn_at is not None


def test_what_is_better_for_newcomers_needs_a_reason(supervisor: Client, world: World) -> None:
    row = drafted(world, text=offer_text(for_="new"))
    version = at("offer-decide", row.key, 1)
    supervisor.post(version, {"do": "submit"})
    second = accounts.ensure_member(
        programme=world.programme, agent_id="s2", name="Second", role=Role.MANAGER, username="s2", password=None
    )
    supervisor.force_login(second.user)
    supervisor.post(version, {"do": "approve"})
    assert "Better for newcomers" in supervisor.get(at("offer", row.key)).content.decode()
    refused = supervisor.post(version, {"do": "publish"})
    assert refused.status_code == 422
    assert "or say why not" in refused.content.decode()
    supervisor.post(version, {"do": "publish", "flag_because": "A trial for May"})
    assert OfferVersion.objects.get().flag_because == "A trial for May"


def test_faults_come_with_their_line_and_a_stale_page_is_told(supervisor: Client, world: World) -> None:
    page = supervisor.post(at("offer-check"), {"text": offer_text(lift=7)}).content.decode()
    assert "One fault" in page
    drafted(world)
    stale = supervisor.post(at("offer-save"), {"key": "half-fee", "text": offer_text("Other")})
    assert stale.status_code == 409
    assert "There is an offer with the key" in stale.content.decode()


def test_leave_is_given_and_the_worklist_settled(supervisor: Client, world: World) -> None:
    live(world, text=offer_text(cost=900, more="[[authority]]\nlevel = 3\nmost = 900\n"))
    uncontrolled(world)
    contact, _ = leaving_on(world)
    choice = choosing.choose(member=world.rep, contact=contact, slot="save")
    assert choice is not None
    row = choice.presentations.get()
    choosing.ask_leave(member=world.rep, contact=contact, presentation=row.public_id)
    assert "Give leave" in supervisor.get(at("offers-work")).content.decode()
    supervisor.post(at("offers-leave", row.public_id), {"given": "yes"})
    assert Presentation.objects.get().leave == "given"
    choosing.present(member=world.rep, contact=contact, presentation=row.public_id)
    choosing.accept(member=world.rep, contact=contact, presentation=row.public_id)
    Fulfilment.objects.update(state="failed", settled_at=choice.at)
    assert "It cannot be" in supervisor.get(at("offers-work")).content.decode()
    one = Fulfilment.objects.get()
    supervisor.post(at("offers-settle", one.public_id), {"done": "yes", "said": "In Core"})
    assert Fulfilment.objects.get().state == "done"
    assert "half-fee accepted" in supervisor.get(at("offers-log")).content.decode()


def test_the_rules_are_changed_within_bounds(supervisor: Client, world: World) -> None:
    refused = supervisor.post(at("offer-rules"), {"text": "control = 0.5", "changes": "0"})
    assert refused.status_code == 422
    assert supervisor.post(at("offer-rules"), {"text": "control = 0.05", "changes": "0"}).status_code == 302
    assert "5 <span" in supervisor.get(at("offer-rules")).content.decode()


def test_the_judgement_is_shown_once_outcomes_are_known(supervisor: Client, world: World) -> None:
    made = accepted(world)
    attempt = made.presentation.choice.attempt
    assert attempt is not None
    assert "Nothing to tell yet" in supervisor.get(at("offers-log")).content.decode()
    choosing.learn(programme=world.programme, attempt=attempt.public_id, stuck=True)
    page = supervisor.get(at("offers-log")).content.decode()
    assert "No offer to anybody" in page
    assert "too few to say how sure" in page


def test_a_rep_and_an_outsider_may_not(client: Client, world: World) -> None:
    drafted(world)
    for who, status in ((world.rep, 403), (world.outsider, 404)):
        client.force_login(who.user)
        for name in ("offers", "offers-work", "offers-log", "offer-rules"):
            assert client.get(at(name)).status_code == status
        assert client.post(at("offer-decide", "half-fee", 1), {"do": "submit"}).status_code == status
