"""Restricted: kept, and not used. Erased: no file brings them back."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client

from rapport.channels.chat import actions as chat
from rapport.conftest import World
from rapport.contacts import actions as contacts
from rapport.contacts.models import Contact
from rapport.customers import actions as customers
from rapport.customers.importing import cli
from rapport.customers.models import Customer
from rapport.desk import actions as desk
from rapport.feedback import jobs as feedback
from rapport.feedback.models import Survey
from rapport.kit.errors import Conflict, Invalid
from rapport.privacy import actions
from rapport.privacy.tests.stage import chatted, known, left

ACTOR = "member:1"
MAPPING = 'key = "key"\n[fields]\nname = "name"\nemail = "email"\n'


def restrict(world: World) -> None:
    actions.restrict(programme=world.programme, customer_id=world.customer.public_id, actor=ACTOR)
    world.customer.refresh_from_db()


def erase(world: World) -> None:
    actions.erase(programme=world.programme, customer_id=world.customer.public_id, confirmed="C-1", actor=ACTOR)


def imported(tmp_path: Path, *rows: str) -> int:
    (tmp_path / "map.toml").write_text(MAPPING)
    (tmp_path / "file.csv").write_text("\n".join(["key,name,email", *rows]) + "\n")
    errors = str(tmp_path / "errors.tsv")
    args = [str(tmp_path / "file.csv"), "--programme", "cards", "--mapping", str(tmp_path / "map.toml")]
    return cli.run([*args, "--errors", errors])


def test_the_desk_says_only_that_it_is_restricted(client: Client, world: World) -> None:
    known(world)
    restrict(world)
    contact = chat.begin(
        programme=world.programme, email="ada@example.org", text="Hi", reason=None, client_id=uuid4()
    )
    assert (contact.customer, contact.segment) == (world.customer, None)
    contacts.answer(contact, rep=world.rep, actor="test")
    client.force_login(world.rep.user)
    page = client.get("/at/cards/desk/work/").content.decode()
    assert "data is restricted" in page
    for word in ("Ada Byron", "Lovelace", "her summary line", "her callback", "likes whist", "Visa of hers"):
        assert word not in page


def test_a_restricted_file_is_not_changed_and_a_search_does_not_find_it(world: World, tmp_path: Path) -> None:
    restrict(world)
    with pytest.raises(Conflict, match="restricted"):
        customers.update_file(
            member=world.rep, customer=world.customer, version=world.customer.version, changes={"name": "B"}
        )
    contact, _ = contacts.arrive(programme=world.programme, channel="voice", actor="pbx")
    contacts.answer(contact, rep=world.rep, actor="test")
    with pytest.raises(Invalid, match="Nobody on file"):
        desk.identify(member=world.rep, contact_id=contact.public_id, told="ada@example.org")
    assert imported(tmp_path, "C-1,Ada Changed,", "C-2,Bob,") == 0
    assert "restricted" in (tmp_path / "errors.tsv").read_text()
    assert set(Customer.objects.values_list("key", "name")) == {("C-1", "Ada Byron"), ("C-2", "Bob")}


def test_a_restricted_customer_is_not_surveyed(world: World) -> None:
    restrict(world)
    contact = chat.begin(
        programme=world.programme, email="ada@example.org", text="Hi", reason=None, client_id=uuid4()
    )
    contacts.answer(contact, rep=world.rep, actor="test")
    contacts.end(contact, by="rep", actor="test")
    ended = {"programme_id": world.programme.pk, "event_id": latest("contact.ended")}
    feedback.invite(**ended)
    assert not Survey.objects.exists()
    actions.release(programme=world.programme, customer_id=world.customer.public_id, actor=ACTOR)
    feedback.invite(**ended)
    assert Survey.objects.exists()


def latest(name: str) -> int:
    from rapport.events.models import Event

    return Event.objects.filter(name=name).latest("id").pk


def test_released_everything_is_as_it_was(client: Client, world: World) -> None:
    restrict(world)
    actions.release(programme=world.programme, customer_id=world.customer.public_id, actor=ACTOR)
    assert str(Customer.objects.get(pk=world.customer.pk)) == "Ada Byron"


def test_no_file_and_no_call_log_brings_an_erased_customer_back(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    erase(world)
    imported(tmp_path, "C-1,Ada Byron,ada@example.org", "C-2,Bob,")
    assert "1 rows left out" in capsys.readouterr().out
    told = (tmp_path / "errors.tsv").read_text()
    assert "erased on request" in told
    assert "Ada" not in told
    made = customers.ensure_customers(programme=world.programme, segments={"C-1": None, "C-3": None})
    assert set(made) == {"C-3"}
    assert left(["Ada Byron", "ada@example.org"]) == []


def test_who_handles_personal_data_lets_a_key_return(world: World, tmp_path: Path) -> None:
    erase(world)
    with pytest.raises(Invalid, match="No customer"):
        actions.allow_return(programme=world.programme, key="C-9", actor=ACTOR)
    actions.allow_return(programme=world.programme, key="C-1", actor=ACTOR)
    imported(tmp_path, "C-1,Ada Anew,")
    anew = Customer.objects.get(key="C-1")
    assert (anew.name, anew.pk != world.customer.pk) == ("Ada Anew", True)


def test_a_contact_begun_with_a_customer_erased_meanwhile_is_nobodys(world: World) -> None:
    stale = Customer.objects.get(pk=world.customer.pk)
    erase(world)
    contact, _ = contacts.arrive(programme=world.programme, channel="voice", actor="pbx", customer=stale)
    assert contact.customer is None


def test_erased_contacts_can_still_be_looked_at(client: Client, world: World) -> None:
    known(world)
    contact = Contact.objects.get(channel="chat")
    erase(world)
    client.force_login(world.supervisor.user)
    page = client.get(f"/at/cards/contacts/{contact.public_id}/").content.decode()
    assert "Erased customer" in page
    assert "(erased)" in page


def test_a_new_contact_of_an_erased_customer_is_unknown(world: World) -> None:
    known(world)
    erase(world)
    assert chatted(world).customer is None
