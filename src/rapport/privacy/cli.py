"""``rapport privacy``: what a customer may ask of their data, on the machine."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rapport.accounts.doors import commanding
from rapport.accounts.roles import Right
from rapport.audit import lookers
from rapport.audit.actions import note_look
from rapport.customers.queries import found_by
from rapport.kit.arguments import a_day
from rapport.kit.errors import Invalid, NotFound
from rapport.privacy import actions, packages, queries

if TYPE_CHECKING:
    from rapport.accounts.models import Programme
    from rapport.customers.models import Customer

ACTOR = "command"
Does = Callable[["Programme", "Customer", argparse.Namespace], str]


def run(arguments: Sequence[str]) -> int:
    """Do one thing with one customer's data, and say what became of it. Returns the exit code."""
    asked = _parser().parse_args(list(arguments))
    with commanding(asked.programme, even_practice=True) as programme:
        customer = _the_one(programme, asked.customer)
        said = DOES[asked.what](programme, customer, asked)
    print(said)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rapport privacy",
        description="Show whether a customer's data is in use, copy it into a file, restrict or release it, hold "
        "it or lift the hold, or erase it for good.",
    )
    parser.add_argument("what", choices=sorted(DOES))
    parser.add_argument("customer", metavar="CUSTOMER", help="key, e-mail address or number, exactly")
    parser.add_argument("--programme", required=True, metavar="KEY")
    parser.add_argument("--file", type=Path, metavar="PATH", help="a new file, where the copy is put as a ZIP")
    parser.add_argument("--with-sensitive", action="store_true", help="copy account numbers and the like too")
    parser.add_argument(
        "--why", default="", metavar="REASON", help="of a hold, and of a copy with sensitive values"
    )
    parser.add_argument(
        "--until", type=a_day, metavar="DAY", help="a hold's last day; default: until it is lifted"
    )
    parser.add_argument("--confirm", default="", metavar="KEY", help="the customer's key once more, to erase")
    return parser


def _the_one(programme: Programme, told: str) -> Customer:
    found = found_by(programme, told)
    note_look(
        lookers.command(programme),
        what="search",
        right=Right.HANDLE_PERSONAL_DATA,
        count=len(found),
        why="handling personal data",
    )
    if not found:
        raise NotFound("Nobody on file has exactly this key, e-mail address or number.")
    if len(found) > 1:
        raise Invalid(f"{len(found)} customers have this; name one by key: {', '.join(one.key for one in found)}.")
    return found[0]


def _show(programme: Programme, customer: Customer, asked: argparse.Namespace) -> str:
    note_look(
        lookers.command(programme),
        what="customer",
        right=Right.HANDLE_PERSONAL_DATA,
        subject=customer.public_id,
        about="personal data",
        why="handling personal data",
    )
    hold = queries.hold_on(programme, customer.pk)
    lines = [f"{customer.key} is {customer.standing}{', under a legal hold' if hold else ''}."]
    return "\n".join([*lines, *(f"  {part.rows:>6,}  {part.title}" for part in queries.parts_of(customer))])


def _copy(programme: Programme, customer: Customer, asked: argparse.Namespace) -> str:
    if asked.file is None:
        raise Invalid("Say with --file where to put the copy.")
    package = packages.ask(
        programme=programme,
        customer_id=customer.public_id,
        with_sensitive=asked.with_sensitive,
        why=asked.why,
        actor=ACTOR,
    )
    packages.make(package.pk)
    content = packages.take(by=lookers.command(programme), package_id=package.public_id)
    try:
        made = os.open(asked.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as fault:
        raise Invalid(f"The copy cannot be put into {asked.file}: {fault.strerror}.") from None
    with os.fdopen(made, "wb") as file:
        file.write(content)
    return f"The copy is in {asked.file}, readable for you only."


def _restrict(programme: Programme, customer: Customer, asked: argparse.Namespace) -> str:
    actions.restrict(programme=programme, customer_id=customer.public_id, actor=ACTOR)
    return "Restricted: the data is kept, and not used."


def _release(programme: Programme, customer: Customer, asked: argparse.Namespace) -> str:
    actions.release(programme=programme, customer_id=customer.public_id, actor=ACTOR)
    return "The restriction is lifted."


def _hold(programme: Programme, customer: Customer, asked: argparse.Namespace) -> str:
    actions.place_hold(
        programme=programme, customer_id=customer.public_id, why=asked.why, until=asked.until, actor=ACTOR
    )
    return "The hold is placed: nothing of this customer goes."


def _lift(programme: Programme, customer: Customer, asked: argparse.Namespace) -> str:
    actions.lift_hold(programme=programme, customer_id=customer.public_id, actor=ACTOR)
    return "The hold is lifted."


def _erase(programme: Programme, customer: Customer, asked: argparse.Namespace) -> str:
    rows = actions.erase(programme=programme, customer_id=customer.public_id, confirmed=asked.confirm, actor=ACTOR)
    return f"Erased: {rows:,} rows held something of them. Facts and figures are as they were."


DOES: dict[str, Does] = {
    "show": _show,
    "copy": _copy,
    "restrict": _restrict,
    "release": _release,
    "hold": _hold,
    "lift": _lift,
    "erase": _erase,
}
