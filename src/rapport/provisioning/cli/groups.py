"""`rapport groups`: what a directory's groups give on a programme."""

import argparse

from rapport.accounts.doors import commanding
from rapport.accounts.roles import Role
from rapport.provisioning import groups, queries


def run(arguments: list[str]) -> int:
    """Give a group a role, or take what it gives; then list what every group gives."""
    parser = argparse.ArgumentParser(
        prog="rapport groups", description="Say which role a directory's group gives on a programme, or list them."
    )
    parser.add_argument("--programme", required=True, metavar="KEY")
    parser.add_argument("--group", default="", help="the group's name, as the directory writes it")
    parser.add_argument("--role", choices=[*(role.value for role in Role), "none"], help="none: it gives nothing")
    parser.add_argument("--team", default="", help="the team they join; without it they stay in theirs")
    asked = parser.parse_args(arguments)
    if bool(asked.group) != bool(asked.role):
        parser.error("--group and --role go together")
    with commanding(asked.programme) as programme:
        if asked.group:
            role = None if asked.role == "none" else Role(asked.role)
            groups.map_group(programme=programme, group=asked.group, role=role, team=asked.team, actor="command")
        found = queries.mappings(programme)
    print("\n".join(f"{one.group}: {one.role}" for one in found) or "No group gives anything on this programme.")
    return 0
