"""`rapport person`: give a person a place on a programme."""

import argparse
import getpass
import sys

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from rapport.accounts import actions, queries
from rapport.accounts.doors import commanding
from rapport.accounts.models import Member, Programme
from rapport.accounts.roles import Role
from rapport.kit import clock
from rapport.kit.arguments import a_day
from rapport.kit.errors import Conflict, Invalid, NotFound


def run(arguments: list[str]) -> int:
    """Make the programme where missing, and the person; the password is read from the terminal or a pipe."""
    parser = argparse.ArgumentParser(
        prog="rapport person", description="Give a person a place on a programme, made where missing."
    )
    parser.add_argument("username")
    parser.add_argument("--programme", required=True, metavar="KEY")
    parser.add_argument("--role", choices=[role.value for role in Role], default=Role.REP.value)
    parser.add_argument("--name", default="", help="as others see it; default: the username")
    parser.add_argument("--agent-id", default="", help="what the telephone system calls them")
    parser.add_argument("--end", action="store_true", help="end their place; open pages close at once")
    parser.add_argument("--screened", action="store_true", help="on file: their background screening is passed")
    parser.add_argument(
        "--signed",
        action="append",
        default=[],
        metavar="AGREEMENT",
        help="on file: signed today",
    )
    parser.add_argument("--since", type=a_day, metavar="DATE", help="on file: the day they joined, as 2026-11-21")
    asked = parser.parse_args(arguments)
    if asked.end:
        return _end(asked)
    if asked.since:
        return _joined(asked)
    if asked.screened or asked.signed:
        return _clear(asked)
    programme, is_new = actions.ensure_programme(key=asked.programme)
    if is_new:
        print(f"Made programme {programme.key} with default settings.")
    with commanding(programme.key):
        member = _member(programme, asked)
    print(f"{member.name} is {member.role} on {programme.key} and signs in as {member.user.username}.")
    return 0


def _end(asked: argparse.Namespace) -> int:
    with commanding(asked.programme) as programme:
        actions.change_place(member=_found(programme, asked.username), is_active=False, actor="command")
    print(f"{asked.username} has no place on {asked.programme} any more.")
    return 0


def _joined(asked: argparse.Namespace) -> int:
    with commanding(asked.programme) as programme:
        actions.set_since(member=_found(programme, asked.username), on=asked.since, actor="command")
    print(f"{asked.username} joined {asked.programme} on {asked.since}.")
    return 0


def _clear(asked: argparse.Namespace) -> int:
    with commanding(asked.programme) as programme:
        member, today = _found(programme, asked.username), clock.now().astimezone(programme.zone).date()
        if asked.screened:
            member = actions.set_clearance(member=member, actor="command", screening="passed", screened_until=None)
        for agreement in asked.signed:
            member = actions.sign_agreement(member=member, agreement=agreement, on=today, actor="command")
    print(f"The clearance of {asked.username} on {asked.programme} is on file.")
    return 0


def _found(programme: Programme, username: str) -> Member:
    found = [one for one in queries.members_of(programme) if one.user.username == username]
    if not found:
        raise NotFound(f"{username} has no place on {programme.key}.")
    return found[0]


def _member(programme: Programme, asked: argparse.Namespace) -> Member:
    if queries.is_taken(programme, username=asked.username, agent_id=asked.agent_id or asked.username):
        raise Conflict(
            f"{asked.username} or that agent id is there already. `rapport changepassword {asked.username}` "
            "gives them another password."
        )
    return actions.ensure_member(
        programme=programme,
        agent_id=asked.agent_id or asked.username,
        name=asked.name or asked.username,
        role=Role(asked.role),
        username=asked.username,
        password=_password(asked.username),
        actor="command",
    )


def _password(username: str) -> str:
    question = f"Password for {username}: "
    password = getpass.getpass(question) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    try:
        validate_password(password)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages)) from error
    return password
