"""Roles and what each may do; the only place where a right is granted."""

from enum import StrEnum


class Role(StrEnum):
    """What a person is on a programme."""

    REP = "rep"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


class Right(StrEnum):
    """Something a role may do on its programme."""

    TAKE_CONTACTS = "contacts.take"
    READ_CONTACTS = "contacts.read"
    WATCH_FLOOR = "floor.watch"
    READ_REPORTS = "reports.read"
    READ_RALLY_NOTES = "rally.read"
    WRITE_RALLY_NOTES = "rally.write"
    USE_API = "api.use"
    REPORT_CALLS = "cti.report"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.REP: frozenset({Right.TAKE_CONTACTS, Right.READ_RALLY_NOTES}),
    Role.SUPERVISOR: frozenset(
        {
            Right.TAKE_CONTACTS,
            Right.READ_CONTACTS,
            Right.WATCH_FLOOR,
            Right.READ_REPORTS,
            Right.READ_RALLY_NOTES,
            Right.WRITE_RALLY_NOTES,
            Right.USE_API,
        }
    ),
    Role.ADMINISTRATOR: frozenset({Right.USE_API}),
}
