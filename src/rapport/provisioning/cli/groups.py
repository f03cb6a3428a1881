"""`rapport groups`: what a directory's groups give on a programme."""

import argparse

from rapport.accounts import queries as accounts
from rapport.accounts.roles import Role
from rapport.kit.errors import NotFound
from rapport.kit.walls import inside
from rapport.provisioning import groups, queries


def run(arguments: list[str]) -> int:
    """Give a group a role, or take what it gives; then list what every group gives."""
    parser = argparse.ArgumentParser(
        prog="rapport groups", description="Say which role a directory's group gives on a programme, or list them."
    )
    parser.add_argument("--programme", required=True, metavar="KEY")
    parser.add_argument("--group", default="", help="the group's name, as the directory writes it")
    parser.add_argument("--role", choices=[*(role.value for role in Role), "none"], help="none: it gives nothing")
    asked = parser.parse_args(arguments)
    if bool(asked.group) != bool(asked.role):
        parser.error("--group and --role go together")
    programme = accounts.programme_by_key(asked.programme)
    if programme is None:
        raise NotFound(f"There is no programme {asked.programme!r}. `rapport status` lists them.")
    with inside(programme.pk):
        if asked.group:
            role = None if asked.role == "none" else Role(asked.role)
            groups.map_group(programme=programme, group=asked.group, role=role, actor="command")
        found = queries.mappings(programme)
    print("\n".join(f"{one.group}: {one.role}" for one in found) or "No group gives anything on this programme.")
    return 0
