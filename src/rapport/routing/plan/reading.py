"""Reads a plan of routing from a text of TOML or JSON; every fault with its line."""

from __future__ import annotations

from typing import Any

from rapport.kit.documents import DocumentInvalid, Kind, schema_of
from rapport.routing.plan.checks import NOTHING_KNOWN, Known, faults_of
from rapport.routing.plan.rules import Plan


class PlanInvalid(DocumentInvalid):
    """A plan that cannot be used; ``faults`` has the line of each fault and its words."""

    code = "plan_invalid"


PLAN = Kind("a plan", PlanInvalid)


def read_plan(text: str, known: Known = NOTHING_KNOWN) -> Plan:
    """Return the plan that the text tells of; PlanInvalid with every fault it has.

    A text that begins with a brace is JSON, any other TOML. ``known`` are the names of the programme.
    """
    return PLAN.read(text, Plan, lambda plan: faults_of(plan, known))


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a plan."""
    return schema_of(Plan)
