"""The page of kinds of promises: what a kind stands for, how it is kept, and who may not."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member, Team
from rapport.accounts.roles import Right, Role
from rapport.conftest import World, make_world
from rapport.customers.models import Promise, PromiseKind
from rapport.customers.promises.actions import make_promise, promise_by_system
from rapport.customers.promises.due import today_of
from rapport.customers.promises.keepers import Keeper
from rapport.customers.promises.kinds import MOST, STANDARD, add_kind, kind_names, kinds_of, retire_kind
from rapport.customers.promises.queries import with_promise_due
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid
from rapport.kit.walls import inside

AT = "/at/cards/people/promises/"
GIFT = {"do": "add", "name": "A gift", "due_in": "2", "due_unit": "hours", "kept_by": "rep", "moves_forward": "on"}


def as_(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def member(world: World, role: Role) -> Member:
    return accounts.ensure_member(programme=world.programme, agent_id=role.value, role=role, username=role.value)


def change(client: Client, **more: str) -> int:
    return client.post(f"{AT}change/", {**GIFT, **more}).status_code


def test_a_programme_begins_with_six_kinds_and_keeps_them_from_the_first_change(world: World) -> None:
    client = as_(member(world, Role.ADMINISTRATOR))
    page = client.get(AT).content.decode()
    assert all(name in page for _, name, _ in STANDARD) and not PromiseKind.objects.exists()
    assert change(client) == 302
    assert [one.key for one in kinds_of(world.programme)] == [*(key for key, _, _ in STANDARD), "a_gift"]
    assert "2 hours" in client.get(AT).content.decode()
    assert change(client, do="change", key="a_gift", name="Presents", due_in="1") == 302
    assert kind_names(world.programme)["a_gift"] == "Presents"
    assert change(client, do="retire", key="a_gift") == 302
    assert "retired" in client.get(AT).content.decode()
    assert change(client, do="bring_back", key="a_gift") == 302
    assert PromiseKind.objects.get(key="a_gift").retired_at is None


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"name": ""}, 422),
        ({"name": "x" * 61}, 422),
        ({"name": "a\x00b"}, 422),
        ({"name": "REFUND"}, 409),
        ({"due_in": "0"}, 422),
        ({"due_in": "366"}, 422),
        ({"due_in": "-1"}, 422),
        ({"due_in": "9" * 400}, 422),
        ({"due_in": "²"}, 422),
        ({"due_unit": "weeks"}, 422),
        ({"kept_by": "nobody"}, 422),
        ({"do": "burn"}, 422),
        ({"do": "retire", "key": "other"}, 422),
        ({"do": "retire", "key": "absent"}, 404),
        ({"do": "change", "key": "refund", "name": "Price"}, 409),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(sent: dict[str, str], status: int, world: World) -> None:
    assert change(as_(member(world, Role.ADMINISTRATOR)), **sent) == status
    assert [(one.key, one.name, one.due_in) for one in kinds_of(world.programme)] == list(STANDARD)


@pytest.mark.parametrize(("role", "looks"), [(Role.REP, 403), (Role.SUPERVISOR, 200), (Role.PARTNER_VIEWER, 403)])
def test_only_who_keeps_the_programmes_rules_changes_them(role: Role, looks: int, world: World) -> None:
    client = as_(member(world, role))
    assert client.get(AT).status_code == looks
    assert change(client) == 403
    assert as_(world.outsider).get(AT).status_code == change(as_(world.outsider)) == 404
    assert Client().get(AT).status_code == 302
    assert not PromiseKind.objects.exists()


def test_a_kind_says_when_a_promise_is_due_and_who_keeps_it(world: World) -> None:
    team = Team.objects.create(programme=world.programme, name="North")
    world.rep.team = team
    world.rep.save(update_fields=["team"])

    def made(name: str, due_unit: str, kept_by: str) -> Promise:
        kind = add_kind(
            programme=world.programme, name=name, due_in=3, due_unit=due_unit, kept_by=kept_by, moves_forward=True
        )
        return make_promise(member=world.rep, customer=world.customer, what=name, kind=kind.key)

    now = clock.now()
    by_days, by_hours = made("Days", "days", "team"), made("Hours", "hours", "partner")
    assert by_days.due_on == today_of(world.programme) + timedelta(days=3) and not by_days.has_time
    assert (by_days.keeper, by_days.keeping_team) == (None, team)
    assert by_hours.has_time and timedelta() <= by_hours.due_by - now - timedelta(hours=3) < timedelta(minutes=1)
    assert (by_hours.keeper, by_hours.keeping_team) == (None, None)
    told = make_promise(
        member=world.rep,
        customer=world.customer,
        what="x",
        kind="days",
        due_on=today_of(world.programme),
        keeper=Keeper(member=world.second_rep),
    )
    assert (told.due_on, told.keeper) == (today_of(world.programme), world.second_rep)


def test_who_has_no_team_keeps_what_teams_keep_themself(world: World) -> None:
    add_kind(programme=world.programme, name="Ours", due_in=1, due_unit="days", kept_by="team", moves_forward=True)
    made = make_promise(member=world.rep, customer=world.customer, what="x", kind="ours")
    assert made.keeper == world.rep


def test_a_retired_kind_is_read_and_not_chosen(world: World) -> None:
    made = make_promise(member=world.rep, customer=world.customer, what="A parcel", kind="delivery")
    retire_kind(programme=world.programme, key="delivery")
    with pytest.raises(Invalid):
        make_promise(member=world.rep, customer=world.customer, what="Another", kind="delivery")
    with pytest.raises(Invalid):
        promise_by_system(
            programme=world.programme,
            customer=world.customer,
            what="x",
            due_on=today_of(world.programme),
            kind="delivery",
            keeper=Keeper(),
        )
    assert "Delivery, by Rep" in as_(world.rep).get("/at/cards/promises/").content.decode()
    assert list(Promise.objects.all()) == [made]


def test_the_partners_program_tells_the_kinds_that_are_kept(world: World, client: Client) -> None:
    token = accounts.issue_token(programme=world.programme, name="partner", rights=[Right.DELIVER_FILES])

    def tell(key: str, kind: str) -> int:
        sale = {"key": key, "customer": "C-1", "product": "Card", "sold_on": "2026-01-05"}
        body = {"sales": [{**sale, "promised": [{"what": "A gift", "kind": kind}]}]}
        head = {"Authorization": f"Bearer {token}"}
        at = "/api/v1/programmes/cards/sales"
        return client.post(at, body, content_type="application/json", headers=head).status_code

    assert tell("S-1", "a_gift") == 422 and not Promise.objects.exists()
    add_kind(
        programme=world.programme, name="A gift", due_in=1, due_unit="days", kept_by="rep", moves_forward=True
    )
    assert tell("S-1", "a_gift") == 200
    retire_kind(programme=world.programme, key="a_gift")
    assert tell("S-2", "a_gift") == 200 and Promise.objects.filter(kind="a_gift").count() == 2


def test_a_kind_that_moves_nobody_forward_leaves_its_customer_in_place(world: World) -> None:
    today = today_of(world.programme)
    for name, moves in (("Quiet", False), ("Loud", True)):
        add_kind(
            programme=world.programme, name=name, due_in=1, due_unit="days", kept_by="rep", moves_forward=moves
        )

    def owed() -> set[int]:
        return with_promise_due(world.programme, [world.customer.pk], by=today)

    make_promise(member=world.rep, customer=world.customer, what="x", kind="quiet", due_on=today)
    assert owed() == set()
    make_promise(member=world.rep, customer=world.customer, what="x", kind="loud", due_on=today)
    assert owed() == {world.customer.pk}


def test_names_in_any_letters_get_keys_and_there_are_only_so_many(world: World) -> None:
    told = {"due_in": 1, "due_unit": "days", "kept_by": "rep", "moves_forward": True}
    keys = [add_kind(programme=world.programme, name=name, **told).key for name in ("Подарок", "Звонок")]  # type: ignore[arg-type]
    assert keys == ["kind", "kind_2"]
    for number in range(MOST - len(STANDARD) - 2):
        add_kind(programme=world.programme, name=f"More {number}", **told)  # type: ignore[arg-type]
    with pytest.raises(Conflict):
        add_kind(programme=world.programme, name="One too many", **told)  # type: ignore[arg-type]


def test_the_database_keeps_the_rules_too(world: World) -> None:
    kinds_of(world.programme)
    row: dict[str, Any] = {"programme": world.programme, "due_in": 1}
    PromiseKind.objects.create(key="a", name="A", **row)
    for bad in ({"key": "a", "name": "B"}, {"key": "b", "name": "a"}, {"key": "c", "name": "C", "due_in": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PromiseKind.objects.create(**{**row, **bad})
    with pytest.raises(IntegrityError), transaction.atomic():
        PromiseKind.objects.create(key="other", name="O", retired_at=clock.now(), **row)


@pytest.mark.django_db(transaction=True)
def test_many_who_add_the_first_kind_at_once_add_it_once() -> None:
    programme = make_world().programme

    def add(_: int) -> str:
        try:
            with inside(programme.pk):
                return add_kind(
                    programme=programme, name="Gift", due_in=1, due_unit="days", kept_by="rep", moves_forward=True
                ).key
        except Conflict:
            return "there"
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(add, range(4))) == ["gift", "there", "there", "there"]
    with inside(programme.pk):
        assert PromiseKind.objects.count() == len(STANDARD) + 1
