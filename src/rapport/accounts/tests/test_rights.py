"""What a role may, as a programme adjusts it; who may change whom; sessions that end."""

from datetime import date
from functools import partial

import pytest
from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.access import access_token
from rapport.accounts.models import ApiToken, Member
from rapport.accounts.roles import FOR_TOKENS, MEANS, RIGHTS, TOKENS_MAY, Right, Role
from rapport.conftest import World
from rapport.events.queries import history_of
from rapport.kit import clock
from rapport.kit.errors import Conflict, Forbidden, Invalid, NotFound
from rapport.kit.walls import inside
from rapport.runtime.tests.walk import places


def fresh(member: Member) -> Member:
    return Member.objects.select_related("programme", "user").get(pk=member.pk)


def administrator(world: World, name: str = "admin") -> Member:
    return accounts.ensure_member(programme=world.programme, agent_id=name, role=Role.ADMINISTRATOR, username=name)


def test_every_right_has_a_meaning_and_no_role_a_tokens_right() -> None:
    assert set(MEANS) == set(Right)
    assert set(RIGHTS) == set(Role)
    assert not FOR_TOKENS & set().union(*RIGHTS.values())


def test_a_denial_always_wins(world: World) -> None:
    adjust = partial(accounts.adjust_role, programme=world.programme, actor="test")
    adjust(role=Role.REP, right=Right.EXPORT, granted=True)
    assert fresh(world.rep).may(Right.EXPORT)
    with inside(world.other.pk):
        assert not fresh(world.outsider).may(Right.EXPORT)  # another programme's adjustments are its own
    accounts.adjust_person(member=world.rep, right=Right.EXPORT, granted=False, actor="test")
    assert not fresh(world.rep).may(Right.EXPORT)
    assert fresh(world.second_rep).may(Right.EXPORT)
    adjust(role=Role.REP, right=Right.EXPORT, granted=False)
    accounts.adjust_person(member=world.rep, right=Right.EXPORT, granted=True, actor="test")
    assert not fresh(world.rep).may(Right.EXPORT)
    adjust(role=Role.REP, right=Right.EXPORT, granted=None)
    assert fresh(world.rep).may(Right.EXPORT)
    names = [event.name for event in history_of(world.programme, world.programme.public_id)]
    assert names == ["role.adjusted"] * 3


def test_a_denied_right_closes_its_pages(world: World, client: Client) -> None:
    client.force_login(world.supervisor.user)
    assert client.get("/at/cards/reports/").status_code == 200
    accounts.adjust_role(
        programme=world.programme, role=Role.SUPERVISOR, right=Right.READ_REPORTS, granted=False, actor="test"
    )
    assert client.get("/at/cards/reports/").status_code == 403


@pytest.mark.parametrize("right", sorted(FOR_TOKENS))
def test_nobody_can_grant_what_only_tokens_may(world: World, right: Right) -> None:
    with pytest.raises(Invalid):
        accounts.adjust_role(programme=world.programme, role=Role.REP, right=right, granted=True, actor="test")
    with pytest.raises(Invalid):
        accounts.adjust_person(member=world.rep, right=right, granted=True, actor="test")


def test_the_last_administrator_stays(world: World) -> None:
    one, two = administrator(world), administrator(world, "admin2")
    accounts.change_place(member=two, role=Role.REP, actor="test", by=one)
    for change in ({"role": Role.REP}, {"is_active": False}):
        with pytest.raises(Conflict, match="last administrator"):
            accounts.change_place(member=one, actor="test", **change)
    with pytest.raises(Conflict, match="put things right"):
        accounts.adjust_role(
            programme=world.programme,
            role=Role.ADMINISTRATOR,
            right=Right.ADJUST_ROLES,
            granted=False,
            actor="test",
        )


def test_emergency_access_is_no_administrator(world: World) -> None:
    one, glass = administrator(world), administrator(world, "glass")
    glass.user.is_emergency = True
    glass.user.save()
    with pytest.raises(Conflict, match="last administrator"):
        accounts.change_place(member=one, is_active=False, actor="test")
    one.user.is_active = False
    one.user.save()
    assert not accounts.change_place(member=glass, is_active=False, actor="test").is_active


def test_a_signature_does_not_undo_one_from_the_same_moment(world: World) -> None:
    for name in ("nda", "conduct"):
        accounts.sign_agreement(member=world.rep, agreement=name, on=date(2026, 11, 22), actor="test")
    assert set(fresh(world.rep).agreements) == {"nda", "conduct"}


def test_a_token_carries_only_what_an_operation_asks_for(world: World) -> None:
    asked = {right for each in places("rapport.config.urls") if each.door and each.door.kind == "token"
             for right in each.door.rights}  # fmt: skip
    assert asked | {Right.PROVISION_PEOPLE} == TOKENS_MAY
    with pytest.raises(Invalid, match=r"contacts\.read\.team"):
        accounts.issue_token(programme=world.programme, name="x", rights=[Right.READ_TEAM_CONTACTS, Right.USE_API])


def test_nobody_changes_themselves_or_their_own_role(world: World) -> None:
    one = administrator(world)
    with pytest.raises(Forbidden):
        accounts.change_place(member=one, role=Role.SUPERVISOR, actor="test", by=one)
    with pytest.raises(Forbidden):
        accounts.set_clearance(member=one, screening="passed", actor="test", by=one)
    with pytest.raises(Forbidden):
        accounts.adjust_person(member=one, right=Right.REVEAL, granted=True, actor="test", by=one)
    with pytest.raises(Forbidden):
        accounts.adjust_role(
            programme=world.programme,
            role=Role.ADMINISTRATOR,
            right=Right.REVEAL,
            granted=True,
            actor="test",
            by=one,
        )


def test_who_may_not_adjust_roles_makes_no_administrator(world: World) -> None:
    accounts.adjust_person(member=world.supervisor, right=Right.MANAGE_PEOPLE, granted=True, actor="test")
    with pytest.raises(Forbidden):
        accounts.change_place(member=world.rep, role=Role.ADMINISTRATOR, actor="test", by=fresh(world.supervisor))


def test_a_place_that_ends_shuts_the_programme(world: World, client: Client) -> None:
    client.force_login(world.rep.user)
    accounts.change_place(member=world.rep, is_active=False, actor="test")
    assert client.get("/at/cards/desk/").status_code == 404
    accounts.change_place(member=world.rep, is_active=True, actor="test")
    assert client.get("/at/cards/desk/").status_code == 200
    told = history_of(world.programme, world.rep.user.public_id)
    assert [one.data["is_active"] for one in told if one.name == "person.place_changed"] == [False, True]


def test_who_is_shut_out_must_sign_in_again_everywhere(world: World, client: Client) -> None:
    other = Client()
    for browser in (client, other):
        browser.force_login(world.rep.user)
        assert browser.get("/at/cards/desk/").status_code == 200
    accounts.shut_out(user=world.rep.user, why="test")
    for browser in (client, other):
        assert browser.get("/at/cards/desk/").url.startswith("/sign-in/")
    world.rep.user.refresh_from_db()
    client.force_login(world.rep.user)
    assert client.get("/at/cards/desk/").status_code == 200


def test_a_blocked_person_is_out_at_once(world: World, client: Client) -> None:
    client.force_login(world.rep.user)
    accounts.set_active(user=world.rep.user, is_active=False, why="left")
    assert client.get("/at/cards/desk/").status_code == 302


def test_the_installations_administrator_sees_no_customer(world: World, client: Client) -> None:
    person = accounts.ensure_installation_administrator(username="root", password="correct horse battery")
    client.force_login(person)
    assert client.get("/machine/").status_code == 200
    assert "Ada Byron" not in client.get("/machine/").content.decode()
    for page in ("desk/", "floor/", "contacts/", "reports/", "rally/"):
        assert client.get(f"/at/cards/{page}").status_code == 404
    assert client.get("/api/v1/programmes/cards/contacts").status_code == 404


def test_a_token_ends_by_itself_and_by_hand(world: World) -> None:
    secret = accounts.issue_token(programme=world.programme, name="store", rights=[Right.USE_API])
    token = ApiToken.objects.get()
    assert access_token(secret, "cards", Right.USE_API) == token
    assert secret not in str(token.__dict__)
    with clock.at(token.expires_at), pytest.raises(NotFound):
        access_token(secret, "cards", Right.USE_API)
    accounts.revoke_token(token)
    accounts.revoke_token(token)
    with pytest.raises(NotFound):
        access_token(secret, "cards", Right.USE_API)
    names = [event.name for event in history_of(world.programme, token.public_id)]
    assert names == ["token.issued", "token.revoked"]
    with pytest.raises(Invalid):
        accounts.issue_token(programme=world.programme, name="x", rights=[], expires_at=token.created_at)
