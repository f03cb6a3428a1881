"""Sets the stage of the journeys: run as a child, with the installation's environment."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member, Programme, User
from rapport.accounts.roles import Right, Role
from rapport.audit import alarms
from rapport.conftest import World, make_world
from rapport.contacts.models import Contact, Leg
from rapport.customers import books
from rapport.customers.models import Customer, Holding
from rapport.feeds import actions as feeds
from rapport.guides import publishing as guides
from rapport.guides.library import actions as library
from rapport.guides.library.content import Objection
from rapport.guides.tests.written import simple
from rapport.kit import clock
from rapport.kit.walls import inside
from rapport.ledger import actions as ledger
from rapport.ledger.models import Claim
from rapport.offers.catalogue import actions as offers
from rapport.offers.leaving import actions as leaving
from rapport.offers.leaving import asking
from rapport.offers.leaving import keeping as reasons
from rapport.outreach.lists import actions as lists
from rapport.outreach.lists.checking import read
from rapport.outreach.lists.models import CustomerList
from rapport.privacy import actions as privacy
from rapport.quality import actions as quality
from rapport.quality import selecting
from rapport.quality.models import Evaluation, Origin
from rapport.quality.recordings.tests.sounds import a_recording
from rapport.quality.tests.cards import a_contact, a_scorecard
from rapport.recognition.awards import actions as awards
from rapport.recognition.awards.measures import VOTES
from rapport.recognition.kudos import actions as thanks
from rapport.recognition.rewards import actions as rewards
from rapport.routing import publishing, trials
from rapport.routing.versions import BUILT_IN
from rapport.studio.offers import NEW as WRITTEN

PASSWORD = "a journey of its own"
SIGNING_IN = ("twofold", "keyed", "twice")  # of test_sign_in.py
LEAVER = "leaver"  # of test_shut_out.py
OFFICES = {
    "manager": Role.MANAGER,
    "administrator": Role.ADMINISTRATOR,
    "auditor": Role.AUDITOR,
    "partner_viewer": Role.PARTNER_VIEWER,
    LEAVER: Role.SUPERVISOR,
}
CUSTOMER = UUID("019ab000-0000-7000-8000-000000000001")  # public ids, for addresses
PERSON = UUID("019ab000-0000-7000-8000-000000000002")
CLAIM = UUID("019ab000-0000-7000-8000-000000000003")
LIST = UUID("019ab000-0000-7000-8000-000000000004")
CALL = UUID("019ab000-0000-7000-8000-000000000005")
EVALUATION = UUID("019ab000-0000-7000-8000-000000000006")
ENTRY = "fee-too-high"
OFFER = "half-fee"
STEPS = [
    {
        "key": "hear",
        "title": "Hear the reason",
        "words": "What made you decide?",
        "kind": "ask",
        "touch_point": "required",
    },
    {
        "key": "disclose",
        "title": "Read the disclosure",
        "words": "Closing takes 14 days.",
        "touch_point": "verbatim",
    },
    {"key": "thank", "title": "Thank", "words": "Thank you for staying with us.", "kind": "close"},
]


def furnish(world: World) -> None:
    """Put something on the pages of those who look after the programme."""
    programme = world.programme
    Customer.objects.filter(pk=world.customer.pk).update(public_id=CUSTOMER)
    User.objects.filter(pk=world.rep.user_id).update(public_id=PERSON)
    privacy.open_request(
        programme=programme,
        customer_id=CUSTOMER,
        kind="access",
        proof="none",
        note="By letter",
        received_on=clock.now().date(),
        actor="stage",
    )
    privacy.place_hold(programme=programme, customer_id=CUSTOMER, why="A dispute", until=None, actor="stage")
    alarms.watch(programme=programme, customer=CUSTOMER)
    accounts.issue_token(programme=programme, name="Warehouse", rights=[Right.USE_API])
    feeds.write_contract(programme=programme, feed="customers", text="every_hours = 26\n", actor="stage")
    publishing.save_draft(
        programme=programme, text=BUILT_IN.replace("Main", "Line"), note="As it was", actor="stage"
    )
    books.assign_own_rep(programme=programme, customers=[CUSTOMER], rep=world.rep, why="knows", actor="stage")
    books.name_stand_ins(programme=programme, rep=world.rep, by=[world.second_rep], actor="stage")
    try_a_plan(programme)
    feeds.stop(programme=programme, feed="customers", reason="Counted anew", actor="stage")
    objection = Objection(name="The fee is too high", examples=["It costs too much."])
    library.save_draft(
        programme=programme, kind="objection", key=ENTRY, content=objection, instead_of=None, actor="stage"
    )


def hear_somebody(world: World) -> None:
    """Keep the recording of a call of the month before, which a supervisor has begun to score."""
    call = a_contact(world, at=clock.now() - timedelta(days=30), channel="voice", public_id=CALL)
    a_recording(world, call, seconds=20, pauses=[{"from": 8, "to": 11, "by": "rep", "cause": "card"}])
    made = selecting.select(
        programme=world.programme,
        scorecard=a_scorecard(world),
        contact=call,
        origin=Origin.HAND,
        by=world.supervisor,
        actor="stage",
    )
    begun = quality.begin(member=world.supervisor, selection_id=made.public_id)
    Evaluation.objects.filter(pk=begun.pk).update(public_id=EVALUATION)


def keep_somebody(world: World) -> None:
    """Write an offer, a list and a reason for leaving; who wanted to leave stays, somebody unknown asks to."""
    programme = world.programme
    who: Any = {"programme": programme, "actor": "stage"}
    customer = Customer.objects.create(programme=programme, key="K-9", name="Grace Hopper")
    offers.save_draft(key=OFFER, text=WRITTEN, instead_of=None, by=world.supervisor, **who)
    reasons.add_reason(key="price", name="The price", **who)
    asking.ask(programme=programme, email="", number="N-1", words="The card I got at the fair.")
    made = lists.make_list(member=world.supervisor, name="Inactive", criteria=read({"conditions": []}))
    CustomerList.objects.filter(pk=made.pk).update(public_id=LIST)
    attempt = leaving.open_attempt(customer=customer, origin="rep", channel="voice", holding="", actor="stage")
    leaving.set_reason(attempt=attempt, reason="price", actor="stage")
    leaving.end_attempt(attempt=attempt, outcome="stayed", actor="stage")
    save = ledger.Save(
        attempt=attempt.public_id,
        customer=customer.pk,
        made_at=clock.now(),
        rep=world.rep.pk,
        reason="price",
    )
    ledger.claim(saves=[save], **who)
    Claim.objects.filter(attempt=attempt.public_id).update(public_id=CLAIM)


def recognise_somebody(world: World, manager: Member) -> None:
    """Have thanks given, a reward wished and given, and colleagues asked for their votes."""
    programme, actor = world.programme, "stage"
    thanks.give(member=world.supervisor, to="rep", words="You stayed calm, and she stayed with us.")
    awards.set_category(
        programme=programme, actor=actor, key="", name="Team spirit", about="Who helped others.", measure=VOTES,
        compares="level", months=range(1, 13), fewest=5, sure=0.5, most=3, asks_partner=False,
    )  # fmt: skip
    made = rewards.set_reward(member=manager, name="A free afternoon", cost=9_000, currency="EUR", left=4)
    rewards.set_budget(member=manager, month=rewards.month_now(programme), amount=50_000, currency="EUR")
    rewards.wish(member=world.rep, rewards=[made.public_id])
    rewards.give(member=world.supervisor, reward=made.public_id, to="rep", why="thanks", once=uuid4())


def try_a_plan(programme: Programme) -> None:
    """Have tried a plan beside the one in force, which stays."""
    now = publishing.save_draft(programme=programme, text=BUILT_IN, actor="stage")
    publishing.publish(programme=programme, number=now.number, instead_of=None, actor="stage")
    text = f'{BUILT_IN}[choice]\nby = "least_occupied"\n'
    tried = publishing.save_draft(programme=programme, text=text, actor="stage")
    ends_at = clock.now() + timedelta(days=14)
    terms = trials.Terms(share=0.2, ends_at=ends_at, metric="service_level", least=0.05, units_needed=2_000)
    begun = trials.begin(
        programme=programme, number=tried.number, instead_of=now.number, terms=terms, actor="stage"
    )
    trials.end(programme=programme, number=begun.number, publishes=False, actor="stage")


def main() -> None:
    world = make_world()
    Programme.objects.filter(pk=world.programme.pk).update(offer_seconds=6)
    with inside(world.other.pk):
        factored = [
            accounts.ensure_member(programme=world.other, agent_id=who, username=who) for who in SIGNING_IN
        ]
    with inside(world.programme.pk):
        offices = [
            accounts.ensure_member(
                programme=world.programme, agent_id=who, name=who.capitalize(), username=who, role=role
            )
            for who, role in OFFICES.items()
        ]
        furnish(world)
        keep_somebody(world)
        recognise_somebody(world, offices[0])
        hear_somebody(world)
    for member in (world.rep, world.second_rep, world.supervisor, world.outsider, *factored, *offices):
        user = User.objects.get(pk=member.user_id)
        user.set_password(PASSWORD)
        user.save()
    with inside(world.programme.pk):
        guides.install(programme=world.programme, text=simple("Cancel a card", STEPS, "cancel"), actor="stage")
        Holding.objects.create(
            programme=world.programme,
            customer=world.customer,
            key="card",
            product="Gold card",
            label="…4417",
            ends_on=clock.now().date() + timedelta(days=100),
        )
        earlier = clock.now() - timedelta(days=12)
        last = Contact.objects.create(
            programme=world.programme,
            channel="chat",
            state="closed",
            customer=world.customer,
            segment=world.customer.segment,
            reason=world.reason,
            queue="main",
            rep=world.second_rep,
            arrived_at=earlier,
            queued_at=earlier,
            placed_at=earlier,
            answered_at=earlier,
            ended_at=earlier,
            closed_at=earlier,
            resolved=True,
            summary="Fee refunded, was happy.",
        )
        Leg.objects.create(
            programme=world.programme,
            contact=last,
            rep=world.second_rep,
            started_at=earlier,
            ended_at=earlier,
            wrapped_at=earlier,
        )
