"""The steps that queues had become the first published plan of each programme that had any."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import migrations
from django.utils import timezone

Step = tuple[dict[str, int], int | None]
Steps = Mapping[tuple[str, str | None], Sequence[Step]]


def key_of(name: str) -> str:
    """Return a name as plans write keys."""
    return re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-_")[:50] or "other"


def plan_text(names: Mapping[str, str], steps: Steps) -> str:
    """Return the plan that says what queues (names by key) and their steps (by queue and reason) said."""
    skills = sorted({key_of(skill) for asked in steps.values() for needs, _ in asked for skill in needs})
    lines = ["# What queues and steps said before there were plans.", "", "[skills]"]
    lines += [f"{skill} = {_quoted(skill)}" for skill in skills]
    queues = {queue for queue, _ in steps} | {"main"}
    for queue in sorted(queues, key=lambda one: (one != "main", one)):
        lines += ["", f"[queues.{key_of(queue)}]", f"name = {_quoted(names.get(queue) or queue)}"]
        lines += [] if queue == "main" else ["by_hand = true"]  # contacts were put there one by one
        reasons = sorted(reason for of, reason in steps if of == queue and reason is not None)
        for reason in [*reasons, None]:
            lines += ["", f"[[queues.{key_of(queue)}.routes]]"]
            lines += [f"reasons = [{_quoted(reason)}]"] if reason is not None else []
            lines += [f"steps = [{', '.join(_steps(steps.get((queue, reason)) or [({}, None)]))}]"]
    return "\n".join(lines) + "\n"


def _steps(asked: Sequence[Step]) -> list[str]:
    """Return the steps that change something, each as a table; the last one stays."""
    kept: list[Step] = []
    for needs, seconds in asked:
        if not any(all(needs.get(skill, 0) >= level for skill, level in wider.items()) for wider, _ in kept):
            kept.append((needs, seconds))
    told = []
    for number, (needs, seconds) in enumerate(kept):
        who = ", ".join(f"{key_of(skill)} = {level}" for skill, level in sorted(needs.items()))
        says = f"skills = {{ {who} }}" if who else "anyone = true"
        after = "" if number == len(kept) - 1 else f", seconds = {max(1, seconds or 1)}"
        told.append(f"{{ {says}{after} }}")
    return told


def _quoted(text: str) -> str:
    return json.dumps("".join(c for c in text if c.isprintable()), ensure_ascii=False)


def forward(apps: Any, _schema: Any) -> None:
    """Write and publish a plan for every programme whose queues had steps."""
    steps: dict[int, dict[tuple[str, str | None], list[Step]]] = defaultdict(lambda: defaultdict(list))
    rows = apps.get_model("routing", "RoutingStep").objects.order_by("position")
    for programme, queue, reason, needs, seconds in rows.values_list(
        "programme_id", "queue__key", "reason__key", "needs", "seconds"
    ):
        steps[programme][queue, reason].append((needs, seconds))
    queues = apps.get_model("routing", "Queue").objects
    now = timezone.now()
    for programme, asked in steps.items():
        names = dict(queues.filter(programme_id=programme).values_list("key", "name"))
        apps.get_model("routing", "PlanVersion").objects.create(
            programme_id=programme,
            number=1,
            text=plan_text(names, asked),
            note="What queues and steps said before",
            made_at=now,
            published_at=now,
        )
    known = apps.get_model("routing", "Proficiency").objects
    for one in known.all():
        if one.skill != (key := key_of(one.skill)) and known.filter(member=one.member_id, skill=key).exists():
            one.delete()
        elif one.skill != key:
            one.skill = key
            one.save(update_fields=["skill"])


class Migration(migrations.Migration):
    dependencies = [("routing", "0003_plan")]
    operations = [migrations.RunPython(forward, migrations.RunPython.noop)]
