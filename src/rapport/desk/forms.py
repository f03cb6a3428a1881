"""What reps send from the desk."""

from contextlib import suppress
from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils import timezone

from rapport.kit import clock
from rapport.kit.errors import Invalid

MOST_PROMPTS = 12  # that are told of with one message
ANSWERS = {"yes": True, "no": False}


class PromiseForm(forms.Form):
    """A promise and its day, and the prompt that told of it."""

    what = forms.CharField(max_length=300, error_messages={"required": "Say what was promised."})
    due_on = forms.DateField(required=False, error_messages={"invalid": "Choose a day."})
    at = forms.TimeField(required=False, error_messages={"invalid": "Choose a time."})
    kind = forms.CharField(max_length=20, required=False, error_messages={"max_length": "Choose from the list."})
    product = forms.CharField(max_length=100, required=False)
    heard = forms.UUIDField(required=False)


class CallBackForm(forms.Form):
    """A number, a time on the programme's clock, for whom, and what it is about."""

    phone = forms.CharField(max_length=40, error_messages={"required": "Say which number to call."})
    due_at = forms.DateTimeField(error_messages={"required": "Say when.", "invalid": "Choose a day and a time."})
    who = forms.ChoiceField(
        choices=[("me", "Me"), ("anyone", "Anyone")], error_messages={"required": "Say who is to call."}
    )
    note = forms.CharField(max_length=300, required=False)


class FileForm(forms.Form):
    """The editable part of a customer's file."""

    version = forms.IntegerField()
    name = forms.CharField(max_length=200, required=False)
    likes = forms.CharField(max_length=500, required=False)
    language = forms.CharField(max_length=10, required=False)
    email = forms.CharField(max_length=254, required=False)
    phone = forms.CharField(max_length=40, required=False)


def read(form_class: type[forms.Form], data: QueryDict) -> dict[str, Any]:
    """Return the form's values; Invalid with the first field's problem where one cannot be used."""
    form = form_class(data)
    if not form.is_valid():
        field, problems = next(iter(form.errors.items()))
        raise Invalid(f"{field.replace('_', ' ').capitalize()}: {problems[0]}")
    return form.cleaned_data


def promise(data: QueryDict, zone: ZoneInfo) -> dict[str, Any]:
    """Return what was promised, by when (None: as usual for its kind), and what told of it.

    A time is read on the programme's clock, and is today's where no day is told.
    """
    values = read(PromiseForm, data)
    due_on: date | None = values["due_on"]
    at: time | None = values["at"]
    if at and due_on is None:
        due_on = clock.now().astimezone(zone).date()
    return {
        "what": values["what"],
        "due_on": datetime.combine(due_on, at, zone) if at and due_on else due_on,
        "kind": values["kind"] or "other",
        "product": values["product"],
        "heard": values["heard"],
    }


def call_back(data: QueryDict, zone: ZoneInfo) -> dict[str, Any]:
    """Return the call-back that was asked for; its time is read on the programme's clock."""
    with timezone.override(zone):
        values = read(CallBackForm, data)
    due_at: datetime = values["due_at"]
    return {"phone": values["phone"], "due_at": due_at, "is_mine": values["who"] == "me", "note": values["note"]}


def answer(data: QueryDict, name: str) -> bool | None:
    """Return a yes or no, None where neither was chosen."""
    return ANSWERS.get(data.get(name, ""))


def number(data: QueryDict, name: str, *, digits: int = 4) -> int:
    """Return a whole number of so many digits at most; 0 where none was sent."""
    told = data.get(name, "")
    return int(told) if told.isdecimal() and len(told) <= digits else 0


def prompts_sent(data: QueryDict) -> dict[UUID, bool]:
    """Return the prompts whose words a message has, and whether they were changed; nonsense is left out."""
    told = {}
    for one in data.getlist("prompt")[:MOST_PROMPTS]:
        key, _, how = one.partition(" ")
        with suppress(ValueError):
            told[UUID(key)] = how == "edited"
    return told
