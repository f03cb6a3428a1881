"""What the addresses of learning need: a course that a rep takes, with a picture and a recording."""

from typing import Any
from uuid import uuid4

from rapport.conftest import World
from rapport.learning import actions, experiences, media
from rapport.learning.models import Enrolment
from rapport.learning.tests.stage import TEXT, a_course, a_picture, assigned
from rapport.quality.recordings.tests.sounds import a_recording


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each address."""
    sound = a_recording(world)
    picture = media.upload(member=world.supervisor, file=a_picture(), name="walked.png")
    shown = f'media = "{picture.public_id}"\nshows = "A walk"\ncontact = "{sound.contact.public_id}"'
    text = TEXT.replace('title = "Ask first"', f'title = "Ask first"\n{shown}')
    course = a_course(world, "walked", text, by=world.supervisor)
    row = assigned(world, course)
    actions.begin(member=world.rep, enrolment=row.public_id)
    one: dict[str, Any] = {"enrolment": row.public_id}
    lesson = {**one, "lesson": "check"}
    own = {"enrolment": Enrolment.objects.get(pk=row.pk).public_id}
    told = experiences.tell(
        member=world.rep, product="Card", happened="It came in two days", keeps="yes", may_quote=True
    )
    return {
        "experience-gone": {"experience": told.public_id},
        "learning-take": {"course": "walked"},
        "learning-media": {"media": picture.public_id},
        "learning-end": {"assignment": row.assignment.public_id if row.assignment else uuid4()},
        "learning-grant": own,
        "learning-course": one,
        "learning-begin": one,
        "learning-lesson": lesson,
        "learning-read": {**one, "lesson": "ask"},
        "learning-attempt": lesson,
        "learning-hand-in": {**lesson, "number": 1},
        "learning-sound": {**one, "lesson": "ask", "recording": sound.public_id, "listening": uuid4()},
        **{name: {"key": "walked"} for name in ("course", "course-questions", "course-withdraw")},
        "course-decide": {"key": "walked", "number": 1},
    }
