"""What is taught in the demonstration: two courses, last month's refresher, who has taken them and who has not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rapport.demo.dice import between, chance
from rapport.kit import clock
from rapport.learning import actions, assigning, courses, experiences, queries, refreshing
from rapport.learning.refresher import month_before

if TYPE_CHECKING:
    from rapport.accounts.models import Member
    from rapport.demo.people import Setting
    from rapport.learning.definition import Course, Question
    from rapport.learning.models import CourseVersion, Enrolment

OF_ALL = 45  # reps who have answered the first course by now: enough to say how its questions do
PRICES = '''name = "When a customer compares prices"
about = "What to ask before the price is talked about, and what helps then."
minutes = 15

[[lessons]]
key = "ask-first"
title = "Ask first"
text = """
Who compares prices has a reason, and it is seldom the price alone. Ask before you answer:

1. What did they see, and where?
2. What do they use the card for today?
3. What would have to be different?

Say back in one sentence what you heard. Then look for what answers it.
"""

[[lessons]]
key = "what-helps"
title = "What helps, in which order"
text = """
From the strongest tie to the weakest: what changes how they use the card, what is made for them, \\
what is said to them as a person, and last the price. A discount keeps until the next one.
"""

[[lessons]]
key = "check"
title = "What do you remember?"
pass_at = 75
attempts = 3

[[lessons.questions]]
key = "first"
text = "A customer says another bank is cheaper. What do you do first?"
why = "The reason decides what helps."
choices = [
  { key = "ask", text = "Ask what they saw, and what they use today", right = true },
  { key = "match", text = "Match the price at once" },
  { key = "terms", text = "Read out the terms of the other offer" },
]

[[lessons.questions]]
key = "tie"
text = "Which ties keep longer than a discount?"
kind = "multiple"
choices = [
  { key = "use", text = "What changes how they use the card", right = true },
  { key = "made", text = "What is made for them", right = true },
  { key = "gift", text = "A gift for staying" },
]

[[lessons.questions]]
key = "order"
text = "In which order?"
kind = "order"
choices = [
  { key = "hear", text = "Hear the reason" },
  { key = "back", text = "Say it back" },
  { key = "offer", text = "Offer what answers it" },
]

[[lessons.questions]]
key = "day"
text = "On which day is a save judged, where the programme says nothing else?"
kind = "number"
answer = 60
unit = "days after it"
'''
PROMISES = '''name = "A promise has a day"
about = "How to promise so that it can be kept."
minutes = 8
open = true

[[lessons]]
key = "day"
title = "Name a day"
text = """
“Soon” is no promise. Name a day, put it on file while the customer listens, and say who keeps it.
"""

[[lessons]]
key = "late"
title = "When it will be late"
text = """
Call before the day, not after it. Say what happened, what is new, and the new day.
"""
'''
MET = {
    "Travel card": (
        ("yes", True, "The hotel at the fair took it at once, and the fee abroad was what the page says."),
        ("yes", True, "Two days from ordering to the letter box."),
        ("no", True, "I looked for the travel cover for ten minutes. It is on the third page of the letter."),
        ("yes", False, "My sister uses it more than I do."),
        ("unsure", True, "The yearly fee comes in the month in which I travel least. Another month would do."),
        ("yes", True, "It was stopped in error in Dunmore; one call, and it worked again before I had paid."),
    ),
    "Everyday card": (
        ("yes", False, "It does what it should."),
        ("no", False, "No cashback, and the app does not say why."),
    ),
}
"""What reps met as customers: of the first product enough to be read by managers, of the second too few."""


def teach(setting: Setting, *, now: datetime) -> None:
    """Have two courses written and asked for, and last month's refresher published; some have taken them."""
    writer, other = setting.coaches[0], setting.coaches[1]
    with clock.at(now - timedelta(days=40)):
        prices = _published(writer, other, "comparing-prices", PRICES)
        _published(writer, other, "promises", PROMISES)
        _asked(writer, "comparing-prices", now - timedelta(days=12))
    answered = sorted(setting.reps, key=lambda one: chance(one.agent_id, "taught"))[:OF_ALL]
    for one in answered:
        with clock.at(now - timedelta(days=between(2, 38, one.agent_id, "when"))):
            _take(one, "comparing-prices", prices)
    for one in setting.reps[:8]:
        with clock.at(now - timedelta(days=between(1, 30, one.agent_id, "promised"))):
            row = actions.begin(member=one, enrolment=actions.take(member=one, course="promises").public_id)
            for step in queries.steps_of(row)[: 1 + (chance(one.agent_id, "both") < 0.7)]:
                actions.read(member=one, enrolment=row.public_id, lesson=step.lesson.key)
    _refresh(setting, writer, other, now)
    for product, told in MET.items():
        for rep, (keeps, may_quote, words) in zip(setting.reps[10:], told, strict=False):
            with clock.at(now - timedelta(days=between(1, 60, rep.agent_id, product))):
                experiences.tell(member=rep, product=product, happened=words, keeps=keeps, may_quote=may_quote)


def _refresh(setting: Setting, writer: Member, other: Member, now: datetime) -> None:
    made = refreshing.draft(
        programme=setting.programme, month=month_before(now.astimezone(setting.programme.zone).date())
    )
    if made is None:
        return
    with clock.at(now - timedelta(hours=4)):
        _approved(writer, other, made)
    for one in setting.reps[::5]:
        with clock.at(now - timedelta(hours=between(0.5, 3.5, one.agent_id, "refreshed"))):
            _take(one, made.course.key, made)


def _published(writer: Member, other: Member, key: str, text: str) -> CourseVersion:
    made = courses.save_draft(
        programme=writer.programme, key=key, text=text, instead_of=None, by=writer, actor=f"member:{writer.pk}"
    )
    _approved(writer, other, made)
    return made


def _approved(writer: Member, other: Member, made: CourseVersion) -> None:
    courses.submit(row=made.course, number=made.number, by=writer, actor=f"member:{writer.pk}")
    courses.approve(row=made.course, number=made.number, by=other, actor=f"member:{other.pk}")
    courses.publish(row=made.course, number=made.number, actor=f"member:{other.pk}")


def _asked(lead: Member, course: str, due: datetime) -> None:
    day = due.astimezone(lead.programme.zone).date()
    assigning.assign(member=lead, course=course, audience="role", who="rep", due_on=day)


def _take(rep: Member, key: str, version: CourseVersion) -> None:
    """Have a rep go through a course, as well as they know it."""
    row = next((one.row for one in queries.taken_by(rep) if one.row.course.key == key and one.row.is_open), None)
    if row is None:
        return
    actions.begin(member=rep, enrolment=row.public_id)
    says, skill = queries.says(version), chance(rep.agent_id, "knows")
    for lesson in says.lessons:
        if not lesson.questions:
            actions.read(member=rep, enrolment=row.public_id, lesson=lesson.key)
        elif chance(rep.agent_id, key, "answers") < 0.9:
            _answer(rep, row, says, lesson.key, skill)


def _answer(rep: Member, row: Enrolment, says: Course, key: str, skill: float) -> None:
    lesson = says.lesson(key)
    assert lesson is not None
    for _ in range(lesson.attempts):
        attempt = actions.begin_attempt(member=rep, enrolment=row.public_id, lesson=key)
        given = {
            one.key: _given(one, chance(rep.agent_id, one.key, attempt.number) < 0.25 + 0.7 * skill)
            for one in lesson.questions
        }
        done = actions.hand_in(member=rep, enrolment=row.public_id, lesson=key, number=attempt.number, given=given)
        if done.passed:
            return
        skill = min(1.0, skill + 0.3)  # what was wrong is looked up


def _given(question: Question, knows: bool) -> list[str]:
    if question.kind == "number":
        assert question.answer is not None
        return [f"{question.answer if knows else question.answer / 2:g}"]
    if knows:
        return question.right
    wrong = [one.key for one in question.choices if not one.right]
    return question.right[::-1] if question.kind == "order" else wrong[:1] or question.right[:1]
