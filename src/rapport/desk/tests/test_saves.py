"""A rep's page of own claims: what it counts is what the wall and the partner's statement count."""

import csv
import re
from datetime import timedelta
from io import StringIO

import pytest
from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.roles import Role
from rapport.conftest import World
from rapport.insight.tests.test_keeping import MADE, day, heard, save, wish
from rapport.kit import clock
from rapport.ledger import actions as ledger
from rapport.ledger.judging import Status
from rapport.ledger.models import Claim
from rapport.offers.models import LeavingReason

PAGE = "/at/cards/desk/saves/"


def figure(page: str, key: str) -> str:
    part = page.split(f'data-figure="{key}"')[1]
    found = re.search(r'figure-value"[^>]*>([^<]*)<', part)
    assert found is not None
    return found[1].strip()


@pytest.fixture
def claimed(world: World) -> World:
    """The rep's: matured, reversed, void, and one of the same day as the last; a colleague's beside them."""
    LeavingReason.objects.create(programme=world.programme, key="fee", name="The fee")
    made = [wish(world, at=number / 20) for number in range(4)]
    for one in made[:3]:
        save(world, one)
    save(world, made[3], rep=world.second_rep.pk, offer="secret-gift")
    heard(world, made[0], Status.ACTIVE, 62)
    heard(world, made[1], Status.NOT_PAYING, 20)
    heard(world, made[3], Status.ACTIVE, 62)
    void = Claim.objects.get(attempt=made[2].public_id)
    with clock.at(day(21)):
        ledger.void(programme=world.programme, claim=void.public_id, reason="duplicate", actor="test")
    return world


def asked(client: Client, world: World, path: str, who: str = "rep") -> str:
    client.force_login(getattr(world, who).user)
    return client.get(path).content.decode()


def test_a_rep_sees_own_claims_with_what_became_of_them_and_why(claimed: World, client: Client) -> None:
    with clock.at(day(70)):
        page = asked(client, claimed, f"{PAGE}?month=2026-03")
        empty = asked(client, claimed, PAGE)
        wrong = asked(client, claimed, f"{PAGE}?month=never")
    told = tuple(figure(page, key) for key in ("saves_claimed", "verified", "stick_60"))
    assert told == ("2", "1", "50\u202f%")
    assert "few judged" in page and "price" in page and "The fee" in page
    assert "Matured: still here" in page
    assert "Reversed: does not pay" in page
    assert "Void: it was counted twice" in page
    assert "secret-gift" not in page and claimed.second_rep.name not in page
    assert "No claim in this month" in empty and "No claim in this month" in wrong


def test_a_claim_too_young_is_not_judged_and_in_no_denominator(world: World, client: Client) -> None:
    LeavingReason.objects.create(programme=world.programme, key="fee", name="The fee")
    save(world, wish(world))
    with clock.at(day(10)):
        page = asked(client, world, PAGE)
    assert "Not judged yet" in page and "no claim is judged yet" in page
    assert "1 May" in page and "2026-05-01" not in page


def test_who_takes_no_contacts_has_no_such_page_and_who_claimed_nothing_is_told(
    world: World, client: Client
) -> None:
    assert "You have claimed no save" in asked(client, world, PAGE)
    viewer = accounts.ensure_member(
        programme=world.programme, agent_id="kim", name="Kim", role=Role.PARTNER_VIEWER, username="kim"
    )
    client.force_login(viewer.user)
    assert client.get(PAGE).status_code == 403
    client.force_login(world.outsider.user)
    assert client.get(PAGE).status_code == 404


def test_the_wall_the_reps_page_and_the_statement_agree(claimed: World, client: Client) -> None:
    pages: dict[str, str] = {}
    with clock.at(MADE + timedelta(hours=8)):
        wall = asked(client, claimed, "/at/cards/floor/?wall=1", "supervisor")
    with clock.at(day(70)):
        for who in ("rep", "second_rep"):
            pages[who] = asked(client, claimed, PAGE, who)
        lines = {
            month: asked(client, claimed, f"/at/cards/reports/statements/{month}.csv", "supervisor")
            for month in ("2026-03", "2026-05")
        }
    march, may = (
        {(row[0], row[2]): int(row[4]) for row in csv.reader(StringIO(text)) if row[3] == "claims" and not row[1]}
        for text in lines.values()
    )
    own = {key: sum(int(figure(page, key)) for page in pages.values()) for key in ("saves_claimed", "verified")}
    assert own == {"saves_claimed": 3, "verified": 2}
    assert int(figure(wall, "saves_claimed")) == own["saves_claimed"]
    assert march["books", "made"] - march["books", "void"] == own["saves_claimed"]
    assert may["books", "matured"] == may["due", "matured"] == own["verified"]
    assert march["books", "reversed"] == may["due", "reversed"] == 1
