"""The pages of leaving: reasons, rules by two people, and what is left to settle; and who may not."""

import pytest
from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.accounts.roles import Right, Role
from rapport.conftest import World
from rapport.offers.leaving import actions, asking
from rapport.offers.leaving.rules import EXAMPLE
from rapport.offers.models import Cancellation, CancelRequest, FairSaveRules, LeavingReason

AT = "/at/cards/leaving/"


def as_(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def member(world: World, role: Role) -> Member:
    return accounts.ensure_member(programme=world.programme, agent_id=role.value, role=role, username=role.value)


def test_a_manager_keeps_the_reasons(world: World) -> None:
    client = as_(member(world, Role.MANAGER))
    client.post(f"{AT}reasons/change/", {"do": "add", "name": "The fee"})
    client.post(f"{AT}reasons/change/", {"do": "add", "name": "It was raised", "parent": "the-fee"})
    client.post(f"{AT}reasons/change/", {"do": "rename", "key": "the-fee", "name": "Fees"})
    page = client.get(f"{AT}reasons/").content.decode()
    assert "Fees" in page and "It was raised" in page
    for sent in ({"do": "add", "name": ""}, {"do": "add", "name": "x" * 101}, {"do": "burn"}, {"do": "retire"}):
        assert client.post(f"{AT}reasons/change/", sent).status_code == 422
    assert LeavingReason.objects.count() == 2


def test_rules_are_written_by_one_and_approved_by_another(world: World) -> None:
    writer, other = as_(world.supervisor), as_(member(world, Role.MANAGER))
    assert "those built in" in writer.get(f"{AT}rules/").content.decode()
    faulty = writer.post(f"{AT}rules/save/", {"text": EXAMPLE.replace("most_offers = 1", "most_offers = 99")})
    assert faulty.status_code == 422 and "Line" in faulty.content.decode()
    writer.post(f"{AT}rules/save/", {"text": EXAMPLE + "# ours\n", "note": "Ours"})
    assert writer.post(f"{AT}rules/1/approve/").status_code == 409
    assert other.post(f"{AT}rules/1/approve/").status_code == 302
    assert "In force: version 1" in writer.get(f"{AT}rules/").content.decode()
    assert FairSaveRules.objects.get().approved_by.role == "manager"


def test_a_request_is_settled_either_way(world: World) -> None:
    one = asking.ask(programme=world.programme, email="a@example.org", number="?", words="My card")
    two = asking.ask(programme=world.programme, email="b@example.org", number="", words="")
    rep = as_(world.rep)
    page = rep.get(f"{AT}work/").content.decode()
    assert one.reference in page and "a@example.org" in page
    settle = f"{AT}work/{one.public_id}/settle/"
    assert rep.post(settle, {"do": "honour", "customer": "nobody"}).status_code == 422
    assert rep.post(settle, {"do": "honour", "customer": "C-1"}).status_code == 302
    assert rep.post(settle, {"do": "close", "note": "late"}).status_code == 409
    close = f"{AT}work/{two.public_id}/settle/"
    assert rep.post(close, {"do": "close", "note": ""}).status_code == 422
    assert rep.post(close, {"do": "close", "note": "Asked by telephone: it was not her"}).status_code == 302
    assert set(CancelRequest.objects.values_list("state", flat=True)) == {"honoured", "not_theirs"}
    done = Cancellation.objects.get()
    assert done.reference in rep.get(f"{AT}work/").content.decode()
    rep.post(f"{AT}work/{done.reference}/done/", {"said": "Ours: 7"})
    assert "Everything is carried out" in rep.get(f"{AT}work/").content.decode()


@pytest.mark.parametrize(
    ("role", "page", "status"),
    [
        (Role.REP, "rules/", 403),
        (Role.REP, "reasons/", 403),
        (Role.REP, "work/", 200),
        (Role.TRAINER, "rules/", 200),
        (Role.TRAINER, "work/", 403),
        (Role.PARTNER_VIEWER, "work/", 403),
        (Role.PARTNER_VIEWER, "rules/", 403),
        (Role.MANAGER, "work/", 200),
    ],
)
def test_who_sees_which_page(role: Role, page: str, status: int, world: World) -> None:
    assert as_(member(world, role)).get(AT + page).status_code == status
    assert as_(world.outsider).get(AT + page).status_code == 404


def test_a_trainer_writes_and_does_not_approve(world: World) -> None:
    as_(world.supervisor).post(f"{AT}rules/save/", {"text": EXAMPLE + "# ours\n"})
    assert as_(member(world, Role.TRAINER)).post(f"{AT}rules/1/approve/").status_code == 403


def test_the_partners_program_takes_cancellations_and_acknowledges(world: World, client: Client) -> None:
    done = actions.cancel(
        customer=world.customer, holding="", contact=None, channel="portal", origin="portal", by="customer",
        actor="customer",
    )  # fmt: skip
    at = "/api/v1/programmes/cards/cancellations"
    assert client.get(at).status_code == 401
    token = accounts.issue_token(programme=world.programme, name="partner", rights=[Right.DELIVER_FILES])
    head = {"Authorization": f"Bearer {token}"}
    [item] = client.get(at, headers=head).json()["items"]
    assert (item["certificate"], item["customer"], item["by"]) == (done.reference, "C-1", "customer")
    told = client.post(f"{at}/{done.reference}", {"said": "77"}, content_type="application/json", headers=head)
    assert told.json()["state"] == "done" and client.get(at, headers=head).json()["items"] == []
    assert client.post(f"{at}/C-0", {}, content_type="application/json", headers=head).status_code == 404
    other = accounts.issue_token(programme=world.programme, name="reader", rights=[Right.USE_API])
    assert client.get(at, headers={"Authorization": f"Bearer {other}"}).status_code == 403
