"""Reps who share what they do well: by their own word, while among the best, on record, and taken back."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.audit.models import Look
from rapport.channels.chat.models import Message
from rapport.coaching import sharing
from rapport.coaching.models import SharedContact, Sharing, Standing
from rapport.coaching.queries import to_share_from
from rapport.coaching.tests.stage import BASE, MONDAY, a_manager, client_of
from rapport.conftest import World, at_most
from rapport.contacts.models import Contact
from rapport.customers.models import Customer
from rapport.events.models import Event
from rapport.kit import clock
from rapport.kit.errors import Conflict, Forbidden, Invalid, NotFound
from rapport.kit.walls import inside
from rapport.quality.tests.cards import a_contact

MEASURE = "satisfaction"
PAGE = f"{BASE}standing/"


def stand(world: World, rep: Member, above: float | None, low: float | None = None) -> None:
    told = {"since": MONDAY.date(), "until": MONDAY.date(), "counted_at": MONDAY, "contacts": 40, "own": 4.0}
    Standing.objects.update_or_create(
        programme=world.programme, rep=rep, measure=MEASURE,
        defaults={**told, "peers": 8, "above": above, "high": above, "low": above if low is None else low},
    )  # fmt: skip


@pytest.fixture
def floor(world: World) -> list[Member]:
    """Eight reps of whom ``rep`` and the next are the best quarter."""
    more = [
        accounts.ensure_member(programme=world.programme, agent_id=f"r{n}", name=f"Nobody {n}", username=f"r{n}")
        for n in range(6)
    ]
    for number, rep in enumerate([world.rep, world.second_rep, *more]):
        stand(world, rep, 0.8 - 0.2 * number)
    return more


def shared(world: World, rep: Member | None = None) -> SharedContact:
    who = rep or world.rep
    sharing.agree_to_share(member=who, measure=MEASURE, does="I wait two breaths")
    contact = a_contact(world, who)
    Message.objects.create(
        programme=world.programme, contact=contact, at=contact.arrived_at, author="customer", client_id=uuid4(),
        text="My card is gone",
    )  # fmt: skip
    return sharing.share_contact(member=who, measure=MEASURE, contact_id=contact.public_id)


def test_who_agreed_is_named_to_others_with_what_they_do_and_contacts(world: World, floor: list[Member]) -> None:
    rep = client_of(world.rep)
    assert rep.post(f"{PAGE}share/", {"measure": MEASURE, "does": "I wait two breaths"}).url == PAGE
    contact = a_contact(world)
    assert rep.post(f"{PAGE}contacts/", {"measure": MEASURE, "contact": str(contact.public_id)}).url == PAGE
    row = SharedContact.objects.get()
    page = client_of(floor[3]).get(PAGE).text
    assert "Rep: “I wait two breaths”" in page and f"{BASE}shared/{row.public_id}/" in page
    assert "Rep2" not in page
    assert "Share it no more" in rep.get(PAGE).text and "Share it no more" not in page
    assert rep.post(f"{PAGE}take-back/", {"measure": MEASURE}).url == PAGE
    assert rep.post(f"{PAGE}take-back/", {"measure": MEASURE}).url == PAGE
    assert "two breaths" not in client_of(floor[3]).get(PAGE).text
    assert client_of(floor[3]).get(f"{BASE}shared/{row.public_id}/").status_code == 404
    assert not Sharing.objects.exists() and not SharedContact.objects.exists()
    told = Event.objects.filter(name__startswith="sharing.").order_by("pk").values_list("name", flat=True)
    assert list(told) == ["sharing.agreed", "sharing.contact_shared", "sharing.taken_back"]


def test_a_shared_contact_is_read_on_record_and_nothing_else_of_the_customer_is(
    world: World, floor: list[Member]
) -> None:
    row = shared(world)
    other = client_of(floor[0])
    page = other.get(f"{BASE}shared/{row.public_id}/").text
    assert "My card is gone" in page and "Ada" not in page and "on record" in page
    look = Look.objects.get(what="contact", actor=f"member:{floor[0].pk}")
    assert look.subject == world.customer.public_id and "shared by rep" in look.about
    other.get(f"{BASE}shared/{row.public_id}/")
    assert Look.objects.filter(what="contact").count() == 1
    assert other.get(f"/at/cards/contacts/{row.contact.public_id}/").status_code == 404
    assert other.get(f"{BASE}shared/{row.public_id}/{uuid4()}/{uuid4()}/").status_code == 404
    with at_most(25):
        other.get(PAGE)


def test_the_grant_ends_at_once_with_whatever_it_rests_on(world: World, floor: list[Member]) -> None:
    row = shared(world)
    other, to = client_of(floor[0]), f"{BASE}shared/{row.public_id}/"

    def is_open() -> bool:
        on_page = to in other.get(PAGE).text
        assert (other.get(to).status_code == 200) is on_page
        return on_page

    assert is_open()
    stand(world, world.rep, 0.8, low=-0.1)
    assert not is_open()
    stand(world, world.rep, -0.9)
    assert not is_open()
    stand(world, world.rep, None)
    assert not is_open()
    stand(world, world.rep, 0.8)
    assert is_open()
    for standing in ("restricted", "erased"):
        Customer.objects.filter(pk=world.customer.pk).update(standing=standing)
        assert not is_open()
    Customer.objects.filter(pk=world.customer.pk).update(standing="active")
    Member.objects.filter(pk=world.rep.pk).update(is_active=False)
    assert not is_open()
    Member.objects.filter(pk=world.rep.pk).update(is_active=True)
    assert is_open()
    client_of(floor[1]).post(f"{to}take-back/")
    assert is_open()
    client_of(world.rep).post(f"{to}take-back/")
    client_of(world.rep).post(f"{to}take-back/")
    assert not is_open() and Event.objects.filter(name="sharing.contact_taken_back").count() == 1


def test_who_may_not_share_or_read_it(world: World, floor: list[Member]) -> None:
    row = shared(world)
    to = f"{BASE}shared/{row.public_id}/"
    assert client_of(world.outsider).get(to).status_code == 404
    assert client_of(a_manager(world)).get(to).status_code == 403
    assert client_of(a_manager(world)).post(f"{PAGE}share/", {}).status_code == 403
    sharing.agree_to_share(member=floor[0], measure=MEASURE, does="Nothing much")
    assert "Nothing much" not in client_of(floor[1]).get(PAGE).text
    mine = sharing.share_contact(member=floor[0], measure=MEASURE, contact_id=a_contact(world, floor[0]).public_id)
    assert client_of(floor[1]).get(f"{BASE}shared/{mine.public_id}/").status_code == 404
    assert client_of(floor[0]).get(f"{BASE}shared/{mine.public_id}/").status_code == 200
    with inside(world.other.pk):
        assert not Sharing.objects.exists() and not SharedContact.objects.exists()


def test_what_cannot_be_shared(world: World, floor: list[Member]) -> None:
    rep = client_of(world.rep)
    for measure, does in (("", "x"), ("average_handle_time", "x"), (MEASURE, " "), (MEASURE, "x" * 301)):
        assert rep.post(f"{PAGE}share/", {"measure": measure, "does": does}).status_code == 422
    assert not Sharing.objects.exists()
    own = a_contact(world)
    with pytest.raises(Conflict, match="Say first"):
        sharing.share_contact(member=world.rep, measure=MEASURE, contact_id=own.public_id)
    sharing.agree_to_share(member=world.rep, measure=MEASURE, does="\x00I ask first")
    sharing.agree_to_share(member=world.rep, measure=MEASURE, does="I ask first")
    assert Sharing.objects.get().does == "I ask first"
    with pytest.raises(NotFound):
        sharing.share_contact(
            member=world.rep, measure=MEASURE, contact_id=a_contact(world, world.second_rep).public_id
        )
    open_one = a_contact(world)
    Contact.objects.filter(pk=open_one.pk).update(state="wrap_up", closed_at=None)
    with pytest.raises(Forbidden):
        sharing.share_contact(member=world.rep, measure=MEASURE, contact_id=open_one.public_id)
    boss = a_manager(world)
    sharing.agree_to_share(member=boss, measure=MEASURE, does="I read what others had")
    with pytest.raises(Forbidden, match="yours"):
        sharing.share_contact(member=boss, measure=MEASURE, contact_id=own.public_id)
    sharing.take_back(member=boss, measure=MEASURE)
    handed_on = a_contact(world)
    Contact.objects.filter(pk=handed_on.pk).update(transfers=1)
    with pytest.raises(Forbidden, match="colleague"):
        sharing.share_contact(member=world.rep, measure=MEASURE, contact_id=handed_on.public_id)
    assert rep.post(f"{PAGE}contacts/", {"measure": MEASURE, "contact": "nonsense"}).status_code == 422

    def give(contact: UUID) -> SharedContact:
        return sharing.share_contact(member=world.rep, measure=MEASURE, contact_id=contact)

    assert give(own.public_id) == give(own.public_id)
    second, _ = give(a_contact(world).public_id), give(a_contact(world).public_id)
    with pytest.raises(Conflict, match="Three"):
        give(a_contact(world).public_id)
    sharing.take_contact_back(member=world.rep, shared=second.public_id)
    assert give(a_contact(world).public_id).number == 2
    row = SharedContact.objects.get(number=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        SharedContact.objects.filter(pk=row.pk).update(number=4)
    with pytest.raises(Invalid):
        sharing.agree_to_share(member=world.rep, measure="service/none", does="x")


def test_only_what_can_be_shared_is_offered(world: World) -> None:
    sharing.agree_to_share(member=world.rep, measure=MEASURE, does="I ask first")
    alone, handed_on = a_contact(world), a_contact(world)
    Contact.objects.filter(pk=handed_on.pk).update(transfers=1)
    a_contact(world, at=clock.now() - timedelta(days=8))
    offered = to_share_from(world.rep)
    assert offered == [alone]
    page = client_of(world.rep).get(PAGE).text
    assert f'value="{alone.public_id}"' in page and str(handed_on.public_id) not in page
    for one in offered:
        sharing.share_contact(member=world.rep, measure=MEASURE, contact_id=one.public_id)


def test_those_named_stand_in_the_order_of_names(world: World, floor: list[Member]) -> None:
    for order in ((world.second_rep, world.rep), (world.rep, world.second_rep)):
        Sharing.objects.all().delete()
        for rep in order:
            sharing.agree_to_share(member=rep, measure=MEASURE, does="I wait two breaths")
        assert [one.rep for one in sharing.named_in(world.programme)[MEASURE]] == [world.rep, world.second_rep]


def test_of_few_nobody_is_named(world: World) -> None:
    for rep in (world.rep, world.second_rep):
        stand(world, rep, 0.5)
    shared(world)
    with clock.at(clock.now() + timedelta(minutes=1)):
        assert sharing.named_in(world.programme) == {}
