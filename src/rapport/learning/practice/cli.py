"""`rapport practice`: make or renew where a programme's people practise."""

from __future__ import annotations

import argparse

from rapport.accounts.doors import commanding
from rapport.learning.practice.setting_up import set_up


def run(arguments: list[str]) -> int:
    """Set up practice for a programme, and say where. Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="rapport practice",
        allow_abbrev=False,
        description="Make or renew the programme in which another one's people practise: its reasons, guides, "
        "library and scorecards are copied as they are live now. Nothing of a customer is copied.",
    )
    parser.add_argument("what", choices=["set-up"])
    parser.add_argument("--programme", required=True, metavar="KEY", help="the programme whose people practise")
    asked = parser.parse_args(arguments)
    with commanding(asked.programme) as programme:
        practice = set_up(programme=programme, actor="command")
    print(f"The people of {programme.key} practise in {practice.key}: My learning, Practice.")
    return 0
