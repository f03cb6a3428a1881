"""Plans as hurried people leave them: whatever is written is refused with its line, or shown and tried."""

from __future__ import annotations

from pathlib import Path
from random import Random

from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.accounts import actions as accounts
from rapport.accounts.roles import Role
from rapport.conftest import World
from rapport.routing.plan.reading import PlanInvalid, read_plan
from rapport.routing.versions import known_names

ROUTING = "/at/cards/routing/"
EXAMPLE = (Path(__file__).parents[4] / "examples" / "routing" / "plan.toml").read_text()
VALUES = (
    *(
        '""',
        '"é\\u0000"',
        "0",
        "-1",
        "1e308",
        "nan",
        "inf",
        "true",
        "[]",
        "{}",
        '["mon-sun 00:00-24:00"]',
        "1979-05-27",
    ),
    *(
        '"main"',
        '"everybody"',
        '"chat"',
        '"10:00-09:00"',
        "9999999999999",
        "[{ anyone = true }]",
        "{ a = { b = 1 } }",
    ),
)


def mangled(seed: int) -> str:
    """The example, with some lines changed, moved, doubled or gone, and now and then a character."""
    chance = Random(seed)
    lines = EXAMPLE.split("\n")
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(lines))
        name, equals, _ = lines[at].partition(" = ")
        lines[at : at + 1] = chance.choice(
            [
                [],
                [lines[at], lines[at]],
                [lines[chance.randrange(len(lines))]],
                [name + equals + chance.choice(VALUES)],
                [name + equals + chance.choice(VALUES)],
                [lines[at].replace(chance.choice(lines[at] or " "), chance.choice("[]{}=\"'#,.0é\x00\\"), 1)],
            ]
        )
    return "\n".join(lines)


@settings(max_examples=30)
@given(seed=st.integers(0, 10**9))
def test_whatever_is_written_is_refused_with_its_line_or_shown_and_tried(world: World, seed: int) -> None:
    boss = accounts.ensure_member(
        programme=world.programme, agent_id="boss", name="Boss", role=Role.MANAGER, username="boss"
    )
    client = Client()
    client.force_login(boss.user)
    text = mangled(seed)
    try:
        read_plan(text, known_names(world.programme))
    except PlanInvalid as refused:
        assert refused.faults
        assert all(1 <= line <= text.count("\n") + 2 and words for line, words in refused.faults)
    checked = client.post(f"{ROUTING}check/", {"text": text})
    assert checked.status_code == 200
    tried = client.post(
        f"{ROUTING}try/",
        {"text": text, "channel": "chat", "reason": "cancel", "segment": "priority", "waited": "3"},
    )
    assert tried.status_code in (200, 400, 409, 422)
