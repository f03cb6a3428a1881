"""Courses for tests."""

from __future__ import annotations

from base64 import b64decode
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.test import Client

from rapport.accounts import actions as accounts
from rapport.accounts.models import Member
from rapport.accounts.roles import Role
from rapport.conftest import World
from rapport.learning import assigning, courses, queries
from rapport.learning.models import Course, Enrolment

PNG = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
BASE = "/at/cards/learning/"
TEXT = '''name = "Comparing prices"
about = "What to ask first."
minutes = 10
open = true

[[lessons]]
key = "ask"
title = "Ask first"
text = """
Ask <b>before</b> you answer.

Then listen."""

[[lessons]]
key = "check"
title = "Check"
pass_at = 75
attempts = 2
[[lessons.questions]]
key = "first"
text = "What comes first?"
why = "The reason decides."
choices = [{key = "ask", text = "Ask", right = true}, {key = "give", text = "Give"}, {key = "read", text = "Read"}]
[[lessons.questions]]
key = "which"
text = "Which help?"
kind = "multiple"
choices = [
  {key = "hear", text = "Hear", right = true}, {key = "thank", text = "Thank", right = true},
  {key = "rush", text = "Rush"},
]
[[lessons.questions]]
key = "order"
text = "In which order?"
kind = "order"
choices = [{key = "one", text = "Reason"}, {key = "two", text = "Need"}, {key = "three", text = "Offer"}]
[[lessons.questions]]
key = "days"
text = "How many days?"
kind = "number"
answer = 14.25
within = 0.5
unit = "days"
'''
RIGHT = {"first": ["ask"], "which": ["hear", "thank"], "order": ["one", "two", "three"], "days": ["14.25"]}


def client_of(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def a_trainer(world: World, name: str = "trainer") -> Member:
    return accounts.ensure_member(
        programme=world.programme, agent_id=name, name=name.capitalize(), role=Role.TRAINER, username=name
    )


def a_course(world: World, key: str = "prices", text: str = TEXT, by: Member | None = None) -> Course:
    """Return a course whose newest version is this text, and live."""
    row = Course.objects.filter(programme=world.programme, key=key).first()
    seen = row.versions.count() if row else None
    made = courses.save_draft(
        programme=world.programme, key=key, text=text, instead_of=seen, by=by or a_trainer(world), actor="test"
    )
    told: dict[str, Any] = {"row": made.course, "number": made.number, "actor": "test"}
    courses.submit(**told, by=by or a_trainer(world))
    courses.approve(**told, by=a_trainer(world, "second"))
    courses.publish(**told)
    return made.course


def assigned(world: World, course: Course, member: Member | None = None, days: int = 14) -> Enrolment:
    """Return the enrolment of somebody who is asked to take a course."""
    who = member or world.rep
    day = queries.today_of(world.programme) + timedelta(days=days)
    made = assigning.assign(
        member=world.supervisor, course=course.key, audience="person", who=who.agent_id, due_on=day
    )
    return made.enrolments.get()


def a_picture(more: bytes = b"") -> BytesIO:
    """Return a PNG of one pixel."""
    return BytesIO(PNG + more)
