"""Roles and what each may do; the only place where a right is granted.

A programme may adjust a role (rapport.accounts.models.RoleChange): grant it a right more, or deny it one. A
denial always wins.
"""

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """What a person is on a programme."""

    REP = "rep"
    SENIOR_REP = "senior_rep"
    SUPERVISOR = "supervisor"
    QUALITY_ANALYST = "quality_analyst"
    TRAINER = "trainer"
    PLANNER = "planner"
    MANAGER = "manager"
    PARTNER_VIEWER = "partner_viewer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"

    @property
    def words(self) -> str:
        """The role as people call it."""
        return "programme administrator" if self is Role.ADMINISTRATOR else self.value.replace("_", " ")


class Right(StrEnum):
    """Something a role may do on its programme."""

    TAKE_CONTACTS = "contacts.take"
    READ_OWN_CONTACTS = "contacts.read.own"
    READ_TEAM_CONTACTS = "contacts.read.team"
    READ_CONTACTS = "contacts.read.programme"
    REVEAL = "customers.reveal"
    HANDLE_PERSONAL_DATA = "customers.privacy"
    MANAGE_BOOKS = "customers.books"
    MANAGE_LISTS = "customers.lists"
    WATCH_FLOOR = "floor.watch"
    MOVE_CONTACTS = "contacts.move"
    MONITOR = "contacts.monitor"
    READ_REPORTS = "reports.read"
    EXPORT = "export"
    READ_RALLY_NOTES = "rally.read"
    WRITE_RALLY_NOTES = "rally.write"
    SEND_RALLY_NOTES = "rally.send"
    MANAGE_ROUTING = "routing.manage"
    WRITE_GUIDES = "guides.write"
    APPROVE_GUIDES = "guides.approve"
    MANAGE_CONNECTORS = "connectors.manage"
    WRITE_OFFERS = "offers.write"
    APPROVE_OFFERS = "offers.approve"
    SCORE_CONTACTS = "quality.score"
    WRITE_SCORECARDS = "scorecards.write"
    APPROVE_SCORECARDS = "scorecards.approve"
    COACH = "coaching.hold"
    READ_COACHING = "coaching.read"
    LEARN = "learning.take"
    WRITE_COURSES = "courses.write"
    APPROVE_COURSES = "courses.approve"
    ASSIGN_COURSES = "learning.assign"
    READ_EXPERIENCES = "experiences.read"
    MANAGE_AWARDS = "awards.manage"
    CONFIRM_AWARDS = "awards.confirm"
    GIVE_REWARDS = "rewards.give"
    READ_STAFF = "staff.read"
    CERTIFY = "certificates.grant"
    WRITE_CERTIFICATES = "certificates.write"
    APPROVE_CERTIFICATES = "certificates.approve"
    SEE_PEOPLE = "people.read"
    MANAGE_PEOPLE = "people.manage"
    END_SESSIONS = "sessions.end"
    ADJUST_ROLES = "roles.adjust"
    READ_RECORD = "record.read"
    HANDLE_ALARMS = "alarms.handle"
    SEE_FEEDS = "feeds.read"
    MANAGE_FEEDS = "feeds.manage"
    MANAGE_TOKENS = "tokens.manage"
    MANAGE_PROGRAMME = "programme.manage"
    PROVISION_PEOPLE = "people.provision"
    USE_API = "api.use"
    REPORT_CALLS = "cti.report"
    DELIVER_FILES = "feeds.deliver"
    DELIVER_RECORDINGS = "recordings.deliver"


MEANS: dict[Right, str] = {
    Right.TAKE_CONTACTS: "be offered contacts and handle them at the desk",
    Right.READ_OWN_CONTACTS: "read the contacts they handled",
    Right.READ_TEAM_CONTACTS: "read the contacts their team handled",
    Right.READ_CONTACTS: "read every contact of the programme",
    Right.REVEAL: "see a masked value of the customer in hand, with a reason",
    Right.HANDLE_PERSONAL_DATA: "hand out, restrict and erase a customer's data",
    Right.MANAGE_BOOKS: "say who is whose own rep, who stands in, and who keeps whose book meanwhile",
    Right.MANAGE_LISTS: "make lists of customers, see who is on them and why, and what risk of leaving they have",
    Right.WATCH_FLOOR: "watch the floor",
    Right.MOVE_CONTACTS: "move a waiting contact to another queue, and take back one that rings",
    Right.MONITOR: "sit in on a chat that is held, whisper to its rep and join it",
    Right.READ_REPORTS: "read reports and figures",
    Right.EXPORT: "take data out as a file",
    Right.READ_RALLY_NOTES: "read the day's Rally Notes",
    Right.WRITE_RALLY_NOTES: "write and publish Rally Notes",
    Right.SEND_RALLY_NOTES: "say to which addresses of the partner Rally Notes are sent",
    Right.MANAGE_ROUTING: "write and publish the plan of routing, and say who knows what",
    Right.WRITE_GUIDES: "write guides, rebuttals and articles, for somebody else to approve",
    Right.APPROVE_GUIDES: "approve what others wrote of guides and the library, publish and withdraw it",
    Right.MANAGE_CONNECTORS: "say how guides reach the partner's systems, and keep the secrets for that",
    Right.WRITE_OFFERS: "write offers, for somebody else to approve, and settle what the partner could not do",
    Right.APPROVE_OFFERS: "approve offers and publish them, say how they are chosen, and give leave to make one",
    Right.SCORE_CONTACTS: "score contacts they may read, choose contacts to be scored, and read scores",
    Right.WRITE_SCORECARDS: "write scorecards, for somebody else to approve, and say how contacts are drawn",
    Right.APPROVE_SCORECARDS: "approve scorecards and publish them",
    Right.COACH: "plan and hold one-to-ones with reps, and see those that they hold",
    Right.READ_COACHING: "see the one-to-ones of others, and what coaching changed by supervisor",
    Right.LEARN: "take courses, and see what they have taken",
    Right.WRITE_COURSES: "write courses, for somebody else to approve, and see how their questions do",
    Right.APPROVE_COURSES: "approve courses and publish them",
    Right.ASSIGN_COURSES: "ask people to take courses, and see who has not",
    Right.READ_EXPERIENCES: "read what staff meet with the products, without names",
    Right.MANAGE_AWARDS: "say what monthly awards are for, approve and take them back; say what rewards there are",
    Right.CONFIRM_AWARDS: "agree to a monthly award, as the partner",
    Right.GIVE_REWARDS: "give rewards within the month's budget, and settle what may be uncommon service",
    Right.READ_STAFF: "see how work is and how long people stay, for teams that are large enough",
    Right.CERTIFY: "see reps' certificates, confirm and revoke them, and have reps serve on the job",
    Right.WRITE_CERTIFICATES: "write what certificates ask for and keep, for somebody else to approve",
    Right.APPROVE_CERTIFICATES: "approve what certificates ask for and keep, publish and withdraw it",
    Right.SEE_PEOPLE: "see who works on the programme and their clearance",
    Right.MANAGE_PEOPLE: "give and end places, roles and clearance",
    Right.END_SESSIONS: "sign other people out",
    Right.ADJUST_ROLES: "adjust what a role may do on the programme",
    Right.READ_RECORD: "read who looked at what, and the sealed digests",
    Right.HANDLE_ALARMS: "own and close alarms",
    Right.SEE_FEEDS: "see the feeds' contracts and deliveries",
    Right.MANAGE_FEEDS: "write a feed's contract, stop it and let it run",
    Right.MANAGE_TOKENS: "make and end tokens for programs",
    Right.MANAGE_PROGRAMME: "set the programme's rules: sign-in, time limits, retention",
    Right.PROVISION_PEOPLE: "make and end people by SCIM (tokens)",
    Right.USE_API: "read by API",
    Right.REPORT_CALLS: "report calls (tokens of a telephone system)",
    Right.DELIVER_FILES: "deliver files to feeds (tokens of a partner)",
    Right.DELIVER_RECORDINGS: "deliver recordings of calls (tokens of a telephone system)",
}

_REP = frozenset({Right.TAKE_CONTACTS, Right.READ_OWN_CONTACTS, Right.READ_RALLY_NOTES, Right.REVEAL, Right.LEARN})
_LEAD = frozenset({Right.READ_CONTACTS, Right.READ_TEAM_CONTACTS, Right.READ_OWN_CONTACTS, Right.READ_REPORTS})
_SUPERVISOR = (
    _REP
    | _LEAD
    | {
        Right.WATCH_FLOOR,
        Right.MOVE_CONTACTS,
        Right.MONITOR,
        Right.MANAGE_BOOKS,
        Right.MANAGE_LISTS,
        Right.EXPORT,
        Right.WRITE_RALLY_NOTES,
        Right.WRITE_GUIDES,
        Right.APPROVE_GUIDES,
        Right.WRITE_OFFERS,
        Right.APPROVE_OFFERS,
        Right.SCORE_CONTACTS,
        Right.WRITE_SCORECARDS,
        Right.APPROVE_SCORECARDS,
        Right.COACH,
        Right.WRITE_COURSES,
        Right.APPROVE_COURSES,
        Right.ASSIGN_COURSES,
        Right.GIVE_REWARDS,
        Right.CERTIFY,
        Right.WRITE_CERTIFICATES,
        Right.APPROVE_CERTIFICATES,
        Right.SEE_PEOPLE,
        Right.END_SESSIONS,
        Right.HANDLE_ALARMS,
        Right.USE_API,
    }
)

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.REP: _REP,
    Role.SENIOR_REP: _REP | {Right.READ_TEAM_CONTACTS},
    Role.SUPERVISOR: _SUPERVISOR,
    Role.QUALITY_ANALYST: _LEAD
    | {Right.READ_RALLY_NOTES, Right.WRITE_GUIDES, Right.SCORE_CONTACTS, Right.WRITE_SCORECARDS, Right.LEARN},
    Role.TRAINER: frozenset(
        {
            Right.READ_REPORTS,
            Right.READ_RALLY_NOTES,
            Right.WRITE_GUIDES,
            Right.LEARN,
            Right.WRITE_COURSES,
            Right.APPROVE_COURSES,
            Right.ASSIGN_COURSES,
            Right.CERTIFY,
            Right.WRITE_CERTIFICATES,
        }
    ),
    Role.PLANNER: frozenset({Right.WATCH_FLOOR, Right.READ_REPORTS, Right.READ_RALLY_NOTES, Right.LEARN}),
    Role.MANAGER: (_SUPERVISOR - {Right.TAKE_CONTACTS})
    | {
        Right.HANDLE_PERSONAL_DATA,
        Right.SEND_RALLY_NOTES,
        Right.READ_COACHING,
        Right.READ_EXPERIENCES,
        Right.MANAGE_AWARDS,
        Right.READ_STAFF,
        Right.READ_RECORD,
        Right.SEE_FEEDS,
        Right.MANAGE_ROUTING,
        Right.MANAGE_CONNECTORS,
    },
    Role.PARTNER_VIEWER: frozenset(
        {Right.READ_REPORTS, Right.EXPORT, Right.CONFIRM_AWARDS, Right.READ_RECORD, Right.SEE_FEEDS}
    ),
    Role.AUDITOR: frozenset({Right.READ_RECORD, Right.SEE_PEOPLE, Right.SEE_FEEDS, Right.READ_REPORTS}),
    Role.ADMINISTRATOR: frozenset(
        {
            Right.SEE_PEOPLE,
            Right.MANAGE_PEOPLE,
            Right.END_SESSIONS,
            Right.ADJUST_ROLES,
            Right.READ_RECORD,
            Right.HANDLE_ALARMS,
            Right.SEE_FEEDS,
            Right.MANAGE_FEEDS,
            Right.MANAGE_TOKENS,
            Right.MANAGE_PROGRAMME,
            Right.MANAGE_ROUTING,
            Right.MANAGE_CONNECTORS,
            Right.USE_API,
        }
    ),
}

PRACTISES_AS = {
    Role.REP: Role.REP,
    Role.SENIOR_REP: Role.SENIOR_REP,
    Role.SUPERVISOR: Role.SUPERVISOR,
    Role.MANAGER: Role.SUPERVISOR,
    Role.QUALITY_ANALYST: Role.QUALITY_ANALYST,
    Role.TRAINER: Role.QUALITY_ANALYST,
}
"""What people are where they practise, by their role; nobody administers or connects anything there."""

FOR_TOKENS = frozenset({Right.PROVISION_PEOPLE, Right.REPORT_CALLS, Right.DELIVER_FILES, Right.DELIVER_RECORDINGS})
"""What only a machine's token may: no programme can grant these to a role or a person."""

TOKENS_MAY = FOR_TOKENS | {
    Right.USE_API,
    Right.SEE_FEEDS,
    Right.HANDLE_PERSONAL_DATA,
    Right.MANAGE_BOOKS,
    Right.MANAGE_PROGRAMME,
    Right.WRITE_GUIDES,
}
"""The rights that operations of the API ask of a token; it can be given no others."""

NEVER_DENIED = frozenset({Right.SEE_PEOPLE, Right.MANAGE_PEOPLE, Right.ADJUST_ROLES})
"""What no programme can take from its administrators, or nobody could put things right again."""


def rights_of(role: Role, *, granted: Iterable[Right] = (), denied: Iterable[Right] = ()) -> frozenset[Right]:
    """Return what a role may do once a programme has adjusted it: a denial wins over every grant."""
    return (RIGHTS[role] | frozenset(granted)) - frozenset(denied) - FOR_TOKENS
