"""Who does not want to be contacted: said to a rep, or in the partner's file."""

from pathlib import Path

import pytest
from django.test import Client

from rapport.conftest import World, inside
from rapport.contacts.models import Contact
from rapport.customers.consent.actions import channels_in, set_bars
from rapport.customers.consent.models import ContactBar
from rapport.customers.consent.queries import bars_of
from rapport.customers.importing.batches import Importer
from rapport.customers.importing.mapping import read_mapping
from rapport.customers.importing.rows import BadRow, CustomerRecord, read_rows
from rapport.customers.models import Customer
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.errors import Conflict, Invalid, NotFound


def channels(customer: Customer) -> set[str]:
    return {one.channel for one in bars_of(customer)}


def taken(world: World, tmp_path: Path, words: str) -> None:
    (tmp_path / "map.toml").write_text('key = "key"\n[fields]\ndo_not_contact = "peace"\n')
    (tmp_path / "file.csv").write_text(f"key,peace\nC-1,{words}\n")
    mapping = read_mapping(tmp_path / "map.toml")
    rows = [one for one in read_rows(tmp_path / "file.csv", mapping) if isinstance(one, CustomerRecord)]
    Importer(world.programme, mapping).write(rows)


def test_a_rep_keeps_it_at_the_desk_and_it_is_announced_once(world: World) -> None:
    contact = Contact.objects.create(
        programme=world.programme, customer=world.customer, channel="voice", state="active", rep=world.rep,
        arrived_at=clock.now(), answered_at=clock.now(),
    )  # fmt: skip
    client = Client()
    client.force_login(world.rep.user)
    address = f"/at/cards/desk/contacts/{contact.public_id}/bars/"
    for _ in range(2):
        page = client.post(address, {"channel": ["phone", "post"]})
        assert page.status_code == 200
    assert channels(world.customer) == {"phone", "post"}
    assert "Not by telephone" in page.content.decode()
    assert Event.objects.filter(name="customer.contact_bars_changed").count() == 1
    client.post(address, {})
    assert channels(world.customer) == set()
    assert ContactBar.objects.count() == 2  # what ended stays on record
    assert client.post(address, {"channel": "pigeon"}).status_code == 422
    other = Client()
    other.force_login(world.second_rep.user)
    assert other.post(address, {"channel": "any"}).status_code == 404


def test_a_file_says_it_and_takes_back_only_what_a_file_said(world: World, tmp_path: Path) -> None:
    set_bars(member=world.rep, customer=world.customer, channels=["email"])
    taken(world, tmp_path, "phone")
    assert channels(world.customer) == {"email", "phone"}
    taken(world, tmp_path, "")
    assert channels(world.customer) == {"email"}
    taken(world, tmp_path, "yes")
    taken(world, tmp_path, "yes")
    assert channels(world.customer) == {"email", "any"}
    changes = Event.objects.filter(name="customer.changed")
    assert sum("do_not_contact" in one.data["fields"] for one in changes) == 3


def test_words_that_say_nothing_of_the_kind_are_a_bad_row(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text('key = "key"\n[fields]\ndo_not_contact = "peace"\n')
    (tmp_path / "file.csv").write_text("key,peace\nC-1,perhaps\n")
    [bad] = read_rows(tmp_path / "file.csv", read_mapping(tmp_path / "map.toml"))
    assert isinstance(bad, BadRow)
    assert "no way to contact" in bad.reason


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("", []),
        ("No", []),
        ("yes", ["any"]),
        ("all", ["any"]),
        ("Phone, e-mail", None),
        ("post;email", ["email", "post"]),
    ],
)
def test_the_words_of_a_file(words: str, wanted: list[str] | None) -> None:
    if wanted is None:
        with pytest.raises(Invalid):
            channels_in(words)
    else:
        assert channels_in(words) == wanted


def test_another_programmes_customer_and_one_whose_data_is_restricted_are_not_changed(world: World) -> None:
    with inside(world.other.pk):
        far = Customer.objects.create(programme=world.other, key="F")
    with pytest.raises(NotFound):
        set_bars(member=world.rep, customer=far, channels=["any"])
    Customer.objects.filter(pk=world.customer.pk).update(standing="restricted")
    with pytest.raises(Conflict):
        set_bars(member=world.rep, customer=world.customer, channels=["any"])
