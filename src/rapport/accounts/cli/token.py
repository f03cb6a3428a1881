"""`rapport token`: make, list and end the tokens of machines."""

import argparse
from datetime import date

from rapport.accounts import actions, queries
from rapport.accounts.doors import commanding
from rapport.accounts.models import Programme
from rapport.accounts.roles import Right
from rapport.kit import clock
from rapport.kit.arguments import a_day
from rapport.kit.errors import Invalid, NotFound

USES = {
    "cti": [Right.REPORT_CALLS],
    "recordings": [Right.DELIVER_RECORDINGS],
    "api": [Right.USE_API],
    "partner": [Right.SEE_FEEDS],
    "privacy": [Right.HANDLE_PERSONAL_DATA, Right.MANAGE_PROGRAMME],
    "feeds": [Right.SEE_FEEDS, Right.DELIVER_FILES],
    "scim": [Right.PROVISION_PEOPLE],
}


def run(arguments: list[str]) -> int:
    """Make a token and print its secret, which is not kept and cannot be shown again; or list or end tokens."""
    parser = argparse.ArgumentParser(prog="rapport token", description="Make, list or end the tokens of machines.")
    parser.add_argument("--programme", required=True, metavar="KEY")
    parser.add_argument("--name", default="", help="what will use it, for example 'telephone system'")
    parser.add_argument("--for", dest="use", choices=sorted(USES), help="what it may do")
    parser.add_argument("--expires", type=a_day, metavar="DAY", help="its last day; default: in 90 days")
    parser.add_argument("--list", dest="lists", action="store_true", help="list the programme's tokens")
    parser.add_argument("--revoke", action="store_true", help="end every token of this --name at once")
    asked = parser.parse_args(arguments)
    with commanding(asked.programme) as programme:
        if asked.lists:
            said = _listed(programme)
        elif asked.revoke:
            said = _ended(programme, asked.name)
        else:
            said = _made(programme, asked.name, asked.use, asked.expires)
    print(said)
    return 0


def _made(programme: Programme, name: str, use: str | None, last: date | None) -> str:
    if not name or not use:
        raise Invalid("Say what will use the token and what it may do: --name 'telephone system' --for cti.")
    ends = actions.token_end(last, programme.zone) if last else None
    return actions.issue_token(programme=programme, name=name, rights=USES[use], expires_at=ends)


def _listed(programme: Programme) -> str:
    lines = []
    for token in queries.tokens_of(programme):
        state = "ended" if token.revoked_at else "good" if token.is_alive else "expired"
        last = clock.last_day(token.expires_at, programme.zone)
        lines.append(f"{state:<8}{last:%Y-%m-%d}  {', '.join(token.rights):<18}{token.name}")
    return "\n".join(lines) or f"{programme.key} has no tokens."


def _ended(programme: Programme, name: str) -> str:
    found = [token for token in queries.tokens_of(programme) if token.name == name and token.is_alive]
    if not found:
        raise NotFound(f"{programme.key} has no token {name!r} that still opens. --list shows them.")
    for token in found:
        actions.revoke_token(token)
    return f"Ended {len(found)} of {programme.key}: {name}."
