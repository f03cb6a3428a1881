"""What the addresses of coaching need: a one-to-one that goes on, and something agreed in it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from rapport.coaching import sharing
from rapport.coaching.models import AgreedAction
from rapport.coaching.tests.stage import planned
from rapport.conftest import World
from rapport.contacts.models import Contact
from rapport.kit import clock
from rapport.quality.recordings.tests.sounds import a_recording
from rapport.quality.tests.cards import a_contact


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each address."""
    one = {"one_to_one": planned(world).public_id}
    doing = ("", "-move", "-call-off", "-missed", "-start", "-pick", "-agree", "-play", "-end")
    contact = a_contact(world, channel="voice")
    recording = a_recording(world, contact)
    shared = {"shared": _shared(world, contact)}
    return {f"one-to-one{what}": one for what in doing} | {
        "coaching-settle": {"action": _an_action(world)},
        "coaching-shared": shared,
        "coaching-take-contact-back": shared,
        "coaching-shared-audio": {**shared, "recording": recording.public_id, "listening": uuid4()},
    }


def _shared(world: World, contact: Contact) -> object:
    sharing.agree_to_share(member=world.rep, measure="satisfaction", does="I wait two breaths")
    return sharing.share_contact(member=world.rep, measure="satisfaction", contact_id=contact.public_id).public_id


def _an_action(world: World) -> object:
    row = planned(world)
    made = AgreedAction.objects.create(
        programme=world.programme, one_to_one=row, number=1, criterion="walked/greet", what="Greet by name",
        target=80, review_on=clock.now().date() + timedelta(days=7), agreed_at=clock.now(),
    )  # fmt: skip
    return made.public_id
