"""What the addresses of thanks need: thanks that somebody gave, and a contact that a rule finds uncommon."""

from typing import Any

from rapport.conftest import World
from rapport.feedback.models import Survey
from rapport.kit import clock
from rapport.quality.tests.cards import a_contact
from rapport.recognition.kudos import actions


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each address."""
    made = actions.give(member=world.rep, to="rep2", words="For the quiet way you handled it")
    contact, now = a_contact(world, world.rep), clock.now()
    Survey.objects.create(
        programme=world.programme, contact=contact, invited_at=now, rating=5, comment="Thank you", answered_at=now
    )
    return {"thanks-withdraw": {"kudos": made.public_id}, "uncommon-settle": {"contact": contact.public_id}}
