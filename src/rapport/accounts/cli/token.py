"""`rapport token`: make a token for a machine."""

import argparse

from rapport.accounts import actions
from rapport.accounts.doors import commanding
from rapport.accounts.roles import Right

USES = {
    "cti": [Right.REPORT_CALLS],
    "api": [Right.USE_API],
    "partner": [Right.SEE_FEEDS],
    "scim": [Right.PROVISION_PEOPLE],
}


def run(arguments: list[str]) -> int:
    """Make a token and print its secret, which is not kept and cannot be shown again."""
    parser = argparse.ArgumentParser(prog="rapport token", description="Make a token for a machine.")
    parser.add_argument("--programme", required=True, metavar="KEY")
    parser.add_argument("--name", required=True, help="what will use it, for example 'telephone system'")
    parser.add_argument("--for", dest="use", required=True, choices=sorted(USES), help="what it may do")
    asked = parser.parse_args(arguments)
    with commanding(asked.programme) as programme:
        secret = actions.issue_token(programme=programme, name=asked.name, rights=USES[asked.use])
    print(secret)
    return 0
