"""What all modules keep of a person, found in their ``personal.py``, and whose it is."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from django.conf import settings

from rapport.contacts.queries import ids_of
from rapport.customers.queries import addresses_of
from rapport.kit.personal import Kept, Subject

if TYPE_CHECKING:
    from types import ModuleType

    from django.db.models import Model

    from rapport.accounts.models import Programme

SUGGESTED = {
    "chat_text": ("What was written in chats", 24),
    "recordings": ("What was said in calls that were recorded", 12),
    "contact_summary": ("Reps' notes on contacts, and looks back at them", 36),
    "contact_address": ("E-mail addresses and numbers of contacts, and telephone events", 12),
    "survey_comment": ("What customers wrote in surveys, and quotes of it in Rally Notes", 36),
    "file_changes": ("What customers' files said before they were changed", 24),
    "feed_files": ("Files of partners' feeds that were kept, sealed, because they broke their contract", 3),
    "cancellations": ("What customers cancelled, and requests to", 84),
    "customer_file": ("Customers without a contact or a change in their file: erased altogether", 120),
}
"""The periods a programme may set: what falls under it, and the months we suggest."""
LEAST = {"cancellations": 36}
"""The months that law asks for at least; what is kept until it is erased is long enough."""


@cache
def everything() -> tuple[Kept, ...]:
    """Return what every module keeps of a person, upper modules first: what points at a row goes before it."""
    found = [one for module in reversed(_declaring()) for one in module.KEPT]
    return tuple(found)


@cache
def stays() -> dict[type[Model], tuple[str, ...]]:
    """Return the text columns that are about nobody, by table."""
    declared = (getattr(module, "STAYS", {}) for module in _declaring())
    return {model: columns for each in declared for model, columns in each.items()}


def _declaring() -> list[ModuleType]:
    names = [f"{module}.personal" for module in settings.MODULES if module != "rapport.kit"]
    return [import_module(name) for name in names if find_spec(name) is not None]


def subject_of(programme: Programme, customers: Iterable[int]) -> Subject:
    """Return these customers with the contacts that are theirs, also where nobody knew so at the time."""
    wanted = tuple(customers)
    if not wanted:
        return Subject(programme.pk)
    contacts = ids_of(programme, wanted, addresses_of(programme, wanted))
    return Subject(
        programme_id=programme.pk,
        customers=wanted,
        contacts=tuple(one.pk for one in contacts),
        contact_ids=tuple(str(one.public_id) for one in contacts),
        external_ids=tuple(one.external_id for one in contacts if one.external_id),
    )
