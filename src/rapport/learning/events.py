"""What this module announces.

The subject of ``course`` events is the course (of ``course.media_kept`` the picture or video), of ``learning``
events the enrolment (of ``learning.assigned`` and ``learning.assignment_ended`` the assignment), and of
``experience`` events the programme. Nobody's answers are told.
"""

from dataclasses import dataclass
from typing import ClassVar

from rapport.events.kinds import Code


@dataclass(frozen=True)
class CourseSaved:
    """A version of a course was put on file."""

    name: ClassVar[str] = "course.saved"
    course: Code
    version: int


@dataclass(frozen=True)
class CourseSubmitted:
    """A version was handed in, to be approved."""

    name: ClassVar[str] = "course.submitted"
    course: Code
    version: int


@dataclass(frozen=True)
class CourseReturned:
    """A version that was handed in is a draft again."""

    name: ClassVar[str] = "course.returned"
    course: Code
    version: int


@dataclass(frozen=True)
class CourseApproved:
    """A second person approved a version."""

    name: ClassVar[str] = "course.approved"
    course: Code
    version: int


@dataclass(frozen=True)
class CoursePublished:
    """A version is live: who begins from now on takes it."""

    name: ClassVar[str] = "course.published"
    course: Code
    version: int


@dataclass(frozen=True)
class CourseWithdrawn:
    """Nobody begins it any more; what was asked for and not completed is called off."""

    name: ClassVar[str] = "course.withdrawn"
    course: Code


@dataclass(frozen=True)
class RefresherDrafted:
    """A draft was made of what changed in a month: how many lessons, and how many questions that come again."""

    name: ClassVar[str] = "course.refresher_drafted"
    course: Code
    month: Code
    lessons: int
    questions: int


@dataclass(frozen=True)
class MediaKept:
    """A picture or a video was uploaded."""

    name: ClassVar[str] = "course.media_kept"
    media: Code
    kind: Code
    bytes: int


@dataclass(frozen=True)
class CourseAssigned:
    """A person, a team, a role or everybody is asked to take a course by a day."""

    name: ClassVar[str] = "learning.assigned"
    course: Code
    audience: Code
    due_on: Code
    people: int


@dataclass(frozen=True)
class AssignmentEnded:
    """Nobody more is asked; what was not begun is called off."""

    name: ClassVar[str] = "learning.assignment_ended"
    course: Code
    called_off: int


@dataclass(frozen=True)
class LearningEnrolled:
    """Somebody is to take a course, or takes it by themselves (``by_themselves``)."""

    name: ClassVar[str] = "learning.enrolled"
    course: Code
    learner: Code
    due_on: Code
    by_themselves: bool


@dataclass(frozen=True)
class LearningBegun:
    """Somebody began a course, with the version that was live."""

    name: ClassVar[str] = "learning.begun"
    course: Code
    learner: Code
    version: int


@dataclass(frozen=True)
class LessonDone:
    """A lesson was read, or its questions were passed."""

    name: ClassVar[str] = "learning.lesson_done"
    course: Code
    lesson: Code


@dataclass(frozen=True)
class AttemptMarked:
    """Answers were handed in: which attempt it was, and whether it passed."""

    name: ClassVar[str] = "learning.attempt_marked"
    course: Code
    lesson: Code
    number: int
    passed: bool


@dataclass(frozen=True)
class AttemptGranted:
    """Somebody was given one more attempt."""

    name: ClassVar[str] = "learning.attempt_granted"
    course: Code
    lesson: Code
    learner: Code


@dataclass(frozen=True)
class CourseCompleted:
    """All lessons of the version that somebody took are done."""

    name: ClassVar[str] = "learning.course_completed"
    course: Code
    version: int
    learner: Code


@dataclass(frozen=True)
class ExperienceTold:
    """Somebody of the staff told what they met with a product; not who, and not what."""

    name: ClassVar[str] = "experience.told"


@dataclass(frozen=True)
class LearningReminded:
    """Somebody is reminded: it is due soon, or overdue (``overdue``)."""

    name: ClassVar[str] = "learning.reminded"
    course: Code
    learner: Code
    due_on: Code
    overdue: bool
