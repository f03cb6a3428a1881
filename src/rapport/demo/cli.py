"""`rapport demo`: loads the demonstration where it is missing, and says how to get in."""

from __future__ import annotations

import argparse
import sys
import time

from rapport.demo.load import Size, load
from rapport.demo.names import EASY
from rapport.demo.people import PROGRAMME, SIGN_INS
from rapport.kit import env


def run(arguments: list[str]) -> int:
    """Load the demonstration unless it is there, and print the sign-ins. Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="rapport demo",
        description="Start everything with a demonstration: a month of made-up contacts, and a live floor.",
    )
    parser.add_argument("--contacts", type=int, default=Size().contacts, help="how many the first start makes")
    asked = parser.parse_args(arguments)
    began = time.monotonic()
    count = load(size=Size(contacts=asked.contacts), say=_Progress().say)
    if count:
        print(f"Loaded {count:,} contacts in {time.monotonic() - began:.0f} s.", file=sys.stderr)
    port = env.whole("RAPPORT_PORT", 8000, lowest=1, highest=65_534)
    print(invitation(f"http://localhost:{port}"), file=sys.stderr, flush=True)
    return 0


def invitation(address: str) -> str:
    """Return what a person needs to look around."""
    width = max(len(one.username) for one in SIGN_INS)
    secret = max(len(one.password) for one in SIGN_INS)
    people = "\n".join(f"  {one.username:<{width}}  {one.password:<{secret}}  {one.what}" for one in SIGN_INS)
    customers = ", ".join(f"{user}@example.org" for user, _, _ in EASY)
    return (
        f"\nRapport's demonstration, at {address}\n\nSign in as (name, password):\n{people}\n\n"
        f"Be a customer at {address}/p/{PROGRAMME}/ with one of these e-mails:\n  {customers}\n"
    )


class _Progress:
    """One line for each thing done; at a terminal the share done counts up in it."""

    def __init__(self) -> None:
        self.what, self.shown = "", 0

    def say(self, what: str, share: float) -> None:
        """Show what is being done and how far it is."""
        percent = round(share * 100)
        if what != self.what:
            print(f"{what} …", file=sys.stderr, flush=True)
            self.what, self.shown = what, 0
        elif percent >= self.shown + 20:
            self.shown = percent
            print(f"{what}: {percent} %", file=sys.stderr, flush=True)
