"""The programmes of the demonstration, their rules and their people, made by the same actions as any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapport.accounts import actions as accounts
from rapport.accounts import queries as people
from rapport.accounts.roles import Role
from rapport.contacts import actions as contacts
from rapport.customers import actions as customers
from rapport.demo.names import agent_id, rep_name
from rapport.demo.topics import COMMON_OUTCOMES, TOPICS
from rapport.kit.walls import inside
from rapport.routing import actions as routing
from rapport.routing import publishing

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme
    from rapport.contacts.models import Disposition, Reason
    from rapport.customers.models import Segment
    from rapport.guides.models import GuideVersion

PROGRAMME = "cards"
OTHER = "loans"
REPS = 98  # on the roster, the one who signs in among them
SEGMENTS = (("standard", "Standard", 0), ("plus", "Plus", 30), ("priority", "Priority", 90))
REP_NAME = "Robin Reed"
SUPERVISOR, MANAGER, ADMINISTRATOR = "sasha.lind", "morgan.hale", "alex.frost"  # agent ids
PARTNER = "kim.north"
AGREEMENT = "confidentiality 2026-1"
OFFICE = (
    ("supervisor", SUPERVISOR, "Sasha Lind", Role.SUPERVISOR),
    ("manager", MANAGER, "Morgan Hale", Role.MANAGER),
    ("administrator", ADMINISTRATOR, "Alex Frost", Role.ADMINISTRATOR),
    ("auditor", "jordan.marsh", "Jordan Marsh", Role.AUDITOR),
    ("partner", PARTNER, "Kim North", Role.PARTNER_VIEWER),
)
COACHES, ANALYSTS = 8, 3  # who hold the one-to-ones, the supervisor who signs in among them; and who score
EASY_TO_ENTER = {"requires_second_factor": False}  # whoever looks at the demonstration has its public passwords
SKILLS = ("retention", "disputes", "service")


@dataclass(frozen=True, slots=True)
class SignIn:
    """How somebody who looks at the demonstration gets in. The passwords are public, the data is made up."""

    username: str
    password: str
    what: str


SIGN_INS = (
    SignIn("rep", "rep-of-cards", "takes contacts on Cards"),
    SignIn(
        "supervisor", "supervisor-of-cards", "watches the floor of Cards, reads reports, writes the Rally Notes"
    ),
    SignIn("manager", "manager-of-cards", "reads who looked at what on Cards, and owns its alarms"),
    SignIn("administrator", "rules-of-cards", "says who may do what on Cards: people, clearance, roles, tokens"),
    SignIn("auditor", "record-of-cards", "reads the record of Cards, and no customer's file"),
    SignIn("partner", "figures-of-cards", "is of the bank that Cards works for, and sees its figures"),
    SignIn("outsider", "rep-of-loans", "is a rep of another programme, and must see nothing of Cards"),
    SignIn("admin", "runs-the-machine", "runs the installation"),
)
PASSWORDS = {one.username: one.password for one in SIGN_INS}


@dataclass(frozen=True, slots=True)
class Setting:
    """The programme as made: reps in the order of the simulation, the rest by key."""

    programme: Programme
    reps: list[Member]
    segments: list[Segment]
    reasons: dict[str, Reason]
    dispositions: dict[str, Disposition]
    versions: dict[str, GuideVersion]
    coaches: list[Member]
    analysts: list[Member]
    peer: Member


def settle(talents: Sequence[float]) -> Setting:
    """Make both programmes; ``talents`` (standard normal, one a rep) say how well each knows the skills."""
    programme, _ = accounts.ensure_programme(
        key=PROGRAMME,
        name="Cards",
        partner_name="Northbank",
        timezone="Europe/London",
        requires_screening=True,
        required_agreements=[AGREEMENT],
        **EASY_TO_ENTER,
    )
    with inside(programme.pk):
        setting = _cards(programme, talents)
    accounts.ensure_installation_administrator(username="admin", password=PASSWORDS["admin"])
    _other_programme()
    return setting


def _cards(programme: Programme, talents: Sequence[float]) -> Setting:
    reasons = {
        topic.key: contacts.ensure_reason(programme=programme, key=topic.key, name=topic.name) for topic in TOPICS
    }
    office = {
        agent: accounts.ensure_member(
            programme=programme, agent_id=agent, name=name, role=role,
            username=username, password=PASSWORDS[username],
        )
        for username, agent, name, role in OFFICE
    }  # fmt: skip
    setting = Setting(
        programme=programme,
        reps=[_rep(programme, number) for number in range(len(talents))],
        segments=[
            customers.ensure_segment(programme=programme, key=key, name=name, head_start_seconds=seconds)
            for key, name, seconds in SEGMENTS
        ],
        reasons=reasons,
        dispositions=_dispositions(programme, reasons),
        versions={},
        coaches=[office[SUPERVISOR], *(_unseen(programme, 299 + n, Role.SUPERVISOR) for n in range(1, COACHES))],
        analysts=[_unseen(programme, 320 + n, Role.QUALITY_ANALYST) for n in range(ANALYSTS)],
        peer=_unseen(programme, 330, Role.SENIOR_REP),
    )
    _route(setting, talents)
    return setting


def simulated_reps(programme: Programme) -> list[Member]:
    """Return the reps at work whom no person can sign in as."""
    reps = (one for one in people.members_of(programme) if one.role == Role.REP and one.is_active)
    return [one for one in reps if not one.user.has_usable_password()]


def _rep(programme: Programme, number: int) -> Member:
    """Return the ``number``-th rep; the first is the one who signs in."""
    if number == 0:
        return accounts.ensure_member(
            programme=programme,
            agent_id=agent_id(REP_NAME),
            name=REP_NAME,
            username="rep",
            password=PASSWORDS["rep"],
        )
    return _unseen(programme, number, Role.REP)


def _unseen(programme: Programme, number: int, role: Role) -> Member:
    """Return somebody as whom nobody can sign in."""
    name = rep_name(number)
    return accounts.ensure_member(programme=programme, agent_id=agent_id(name), name=name, role=role)


def _dispositions(programme: Programme, reasons: dict[str, Reason]) -> dict[str, Disposition]:
    made = {
        outcome.key: contacts.ensure_disposition(
            programme=programme, key=outcome.key, name=outcome.name, reason=reasons[topic.key], position=position
        )
        for topic in TOPICS
        for position, outcome in enumerate(topic.outcomes)
    }
    for key, name in COMMON_OUTCOMES:
        made[key] = contacts.ensure_disposition(programme=programme, key=key, name=name, position=9)
    return made


PLAN = """# Who answers whom at the demonstration's bank.

[skills]
retention = "Keeping customers"
disputes = "Disputed payments"
service = "Everything else"

[queues.main]
name = "Cards"
answer_within_seconds = 20
answer_share = 0.8
wait = {{ message = "Thank you for your patience." }}
{routes}
[[queues.main.routes]]
steps = [{{ anyone = true }}]

[priority]
ceiling_minutes = 10
segments = {{ plus = 0.5, priority = 1.5 }}

[capacity.limits]
chat = 2
"""
ROUTE = """
[[queues.main.routes]]
reasons = [{reasons}]
steps = [
  {{ skills = {{ {skill} = 4 }}, seconds = 10 }},
  {{ skills = {{ {skill} = 2 }}, seconds = 15 }},
  {{ anyone = true }},
]
"""


def _route(setting: Setting, talents: Sequence[float]) -> None:
    """Give the reps their skills, and ask for skill first where it matters, for anybody in the end."""
    for number, (member, talent) in enumerate(zip(setting.reps, talents, strict=True)):
        for turn, skill in enumerate(SKILLS):
            level = min(5, max(1, round(3 + talent + (number + turn) % 3 - 1)))
            routing.set_proficiency(member=member, skill=skill, level=4 if number == 0 else level, actor="system")
    routes = ""
    for skill in SKILLS[:2]:
        reasons = ", ".join(f'"{topic.key}"' for topic in TOPICS if topic.skill == skill)
        routes += ROUTE.format(reasons=reasons, skill=skill)
    made = publishing.save_draft(
        programme=setting.programme, text=PLAN.format(routes=routes), note="The first plan", actor="system"
    )
    publishing.publish(programme=setting.programme, number=made.number, instead_of=None, actor="system")


def _other_programme() -> None:
    programme, _ = accounts.ensure_programme(
        key=OTHER, name="Loans", partner_name="Southbank", timezone="Europe/Berlin", **EASY_TO_ENTER
    )
    with inside(programme.pk):
        _loans(programme)


def _loans(programme: Programme) -> None:
    contacts.ensure_reason(programme=programme, key="new", name="A new loan")
    contacts.ensure_reason(programme=programme, key="rates", name="My rates")
    contacts.ensure_disposition(programme=programme, key="done", name="Done")
    accounts.ensure_member(
        programme=programme,
        agent_id="oona.falk",
        name="Oona Falk",
        username="outsider",
        password=PASSWORDS["outsider"],
    )
