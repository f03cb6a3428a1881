"""``rapport ledger``: proving the stick ledger, and what an operator may say of it."""

from __future__ import annotations

import argparse
import sys
from uuid import UUID

from rapport.accounts.doors import commanding
from rapport.accounts.queries import real_programmes
from rapport.kit.errors import Invalid
from rapport.ledger import actions, books, queries, verifying
from rapport.ledger.judging import Speaks

ACTOR = "command"


def run(arguments: list[str]) -> int:
    """Do what was asked. Exit code 1 where the ledger does not hold."""
    asked = _parser().parse_args(arguments)
    if asked.what == "verify":
        return verify([asked.programme] if asked.programme else [one.key for one in real_programmes()])
    if not asked.programme:
        raise Invalid("Name the programme with --programme.")
    with commanding(asked.programme) as programme:
        if asked.what == "void":
            claim = actions.void(programme=programme, claim=_id(asked.claim), reason=asked.why, actor=ACTOR)
            print(f"The claim {claim.public_id} is void.")
            return 0
        terms = books.terms_of(programme)
        if asked.days or asked.feed:
            days, speaks = asked.days or terms.days, asked.feed or terms.speaks
            terms = actions.set_terms(programme=programme, days=days, speaks=speaks, actor=ACTOR)
        spoken = "all accounts each time" if terms.speaks == Speaks.EACH else "accounts that changed"
        print(f"Claims mature after {terms.days} days. The partner's feed tells of {spoken}.")
    return 0


def verify(keys: list[str]) -> int:
    """Prove the ledgers of these programmes; print the first difference of each proof."""
    holds = True
    for key in keys:
        with commanding(key) as programme:
            actions.judge_due(programme=programme, actor=ACTOR)
        with commanding(key, one_moment=True) as programme:
            found = list(verifying.differences(programme))
            count = queries.count_of(programme)
        for words in found:
            print(f"{key}: {words}", file=sys.stderr)
        if not found:
            print(f"{key}: the books of {count:,} claims balance, and are what the log and the facts say.")
        holds = holds and not found
    return 0 if holds else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rapport ledger",
        description="The stick ledger: verify proves that the books balance and that the log of events and the "
        "partner's facts give the same; terms shows or sets when claims mature; void takes a claim out.",
    )
    parser.add_argument("what", choices=["verify", "terms", "void"])
    parser.add_argument("claim", nargs="?", default="", metavar="CLAIM", help="void: the claim's id")
    parser.add_argument("--programme", metavar="KEY", help="verify: all where none is named")
    parser.add_argument("--why", default="", choices=["", *actions.VOID_REASONS], help="void: the reason")
    parser.add_argument("--days", type=int, metavar="N", help="terms: claims made from now on mature after N days")
    parser.add_argument("--feed", choices=list(map(str, Speaks)), help="terms: what the feed tells of each time")
    return parser


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("Name the claim by its id; its page and its events show it.") from None
