"""What the addresses of quality need: contacts picked to be scored, and evaluations of all kinds."""

from typing import Any
from uuid import UUID, uuid4

from rapport.conftest import World
from rapport.kit import clock
from rapport.quality import actions, calibrating
from rapport.quality.models import Calibration
from rapport.quality.recordings import actions as recordings
from rapport.quality.recordings.tests.sounds import a_recording
from rapport.quality.tests.cards import a_contact, a_scorecard, a_selection, an_analyst
from rapport.quality.tests.test_evaluating import scored


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each address."""
    card = a_scorecard(world, key="walked")
    waiting = a_selection(world, card)
    asked = a_selection(world, card, asks_self=True)
    begun = {"evaluation": actions.begin(member=world.rep, selection_id=asked.public_id).public_id}
    done = scored(world.supervisor, a_selection(world, card))
    appealed = scored(an_analyst(world, "walker"), a_selection(world, card))
    actions.appeal(member=world.rep, evaluation_id=appealed.public_id, words="No")
    session = {"calibration": _a_calibration(world, done.contact.public_id).public_id}
    own = {"evaluation": done.public_id}
    contact = {"contact": a_contact(world).public_id}
    recording = {"recording": a_recording(world).public_id}
    noted = recordings.remark(
        member=world.rep, contact_id=contact["contact"], moment=clock.now(), words="Well said"
    )
    return {
        "recording-audio": {**recording, "listening": uuid4()},
        "recording-outline": recording,
        "remark": contact,
        "remark-taken": {"remark": noted.public_id},
        "quality-choose": contact,
        "quality-chosen": contact,
        "quality-begin": {"selection": waiting.public_id},
        "quality-pass-over": {"selection": waiting.public_id},
        "quality-without-own": {"selection": asked.public_id},
        "evaluation": own,
        "evaluation-preview": own,
        "evaluation-submit": begun,
        "evaluation-let-go": begun,
        "evaluation-second": {"evaluation": appealed.public_id},
        "evaluation-acknowledge": own,
        "evaluation-appeal": own,
        **{key: {"key": "walked"} for key in ("scorecard", "scorecard-rule", "scorecard-withdraw")},
        **dict.fromkeys(("calibration", "calibration-begin", "calibration-close"), session),
        "scorecard-decide": {"key": "walked", "number": 1},
    }


def _a_calibration(world: World, contact: UUID) -> Calibration:
    return calibrating.open_calibration(
        member=world.supervisor, contact_id=contact, scorecard="walked", agent_ids=["supervisor", "walker"]
    )
