"""What learning keeps of a customer: nothing. A course may let a contact be heard, by its id."""

from rapport.learning.models import (
    Assignment,
    Attempt,
    Course,
    CourseVersion,
    Done,
    Enrolment,
    Experience,
    Media,
    MoreAttempts,
    Response,
)

KEPT = ()
STAYS = {
    Course: ("key",),
    CourseVersion: ("note", "name", "text"),
    Media: ("name", "kind", "sha256", "sealed_secret"),
    Assignment: ("audience", "role"),
    Enrolment: (),
    Done: ("lesson",),
    Attempt: ("lesson", "form", "seed"),
    Response: ("question", "given"),
    MoreAttempts: ("lesson",),
    Experience: ("product", "happened", "keeps"),
}
