"""What the addresses of people, tokens, versions of the plan and entries of the library need."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from rapport.accounts import actions as accounts
from rapport.accounts.models import ApiToken
from rapport.accounts.roles import Right
from rapport.channels.chat import actions as chat
from rapport.channels.chat.queries import messages_of
from rapport.conftest import World
from rapport.customers import books
from rapport.guides import publishing as guides
from rapport.guides.connectors import keeping
from rapport.guides.library import actions as library
from rapport.guides.library.content import Objection
from rapport.guides.library.examples import add_example
from rapport.guides.trials import actions as words_trials
from rapport.kit import clock
from rapport.offers.leaving import asking
from rapport.offers.leaving import keeping as keeping_leaving
from rapport.offers.leaving.rules import EXAMPLE
from rapport.offers.tests.offering import drafted, some_accepted
from rapport.outreach.lists import actions as lists
from rapport.outreach.lists.criteria import Criteria
from rapport.replays.models import Replay
from rapport.routing import publishing, trials
from rapport.routing.versions import BUILT_IN

CONNECTOR = 'name = "Walked"\nbase = "https://93.184.216.34/"\n[transactions.a]\nname = "Do it"\npath = "/a"\n'
GUIDE = 'name = "Walked"\n[[steps]]\nkey = "close"\nkind = "close"\ntitle = "Thanks"\n'


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """Return the arguments of each address."""
    accounts.issue_token(programme=world.programme, name="walked", rights=[Right.USE_API])
    person = {"person": world.rep.user.public_id}
    names = ("person", *(f"person-{one}" for one in ("place", "since", "clearance", "right", "skill", "sessions")))
    own_book = ("book", "book-move", "book-stand-ins")
    today = clock.now().astimezone(world.programme.zone).date()
    handed = books.hand_over(
        programme=world.programme,
        rep=world.rep,
        to=world.second_rep,
        first_day=today,
        last_day=today,
        actor="test",
    )
    made = publishing.save_draft(programme=world.programme, text=BUILT_IN)
    replay = {"replay": replay_of(world).public_id}
    of_version = ("version", "file", "publish", "trial-new", "trial-size", "trial-begin")
    version = {f"routing-{name}": {"number": made.number} for name in of_version}
    trial = {"trial": _a_trial(world, made.number)}
    guide = guides.save_draft(programme=world.programme, text=GUIDE)
    words = {"trial": _words_on_trial(world)}
    of_guide = {"guide": guide.guide.key}
    of_connector = {"connector": "walked"}
    of_guides_version = {**of_guide, "number": guide.number}
    example = _an_example(world)
    keeping.save_connector(programme=world.programme, key="walked", text=CONNECTOR)
    of_entry = ("entry", "save", "keep", "examples", "example-add")
    asked = asking.ask(programme=world.programme, email="walked@example.org", number="", words="")
    drafted(world, "walked")
    fair = keeping_leaving.save_rules(programme=world.programme, text=EXAMPLE)
    done = some_accepted(world)
    listed = {"which": lists.make_list(member=world.supervisor, name="Walked", criteria=Criteria()).public_id}
    of_list = ("list", "list-edit", "list-save", "list-refresh", "list-retire", "list-export")
    return {
        **dict.fromkeys(of_list, listed),
        **{name: {"key": "walked"} for name in ("offer", "offer-withdraw")},
        "offer-decide": {"key": "walked", "number": 1},
        "offers-leave": {"presentation": done.presentation.public_id},
        **{name: {"fulfilment": done.public_id} for name in ("offers-again", "offers-settle")},
        "leaving-settle": {"request_id": asked.public_id},
        "leaving-rules-approve": {"number": fair.number},
        "leaving-done": {"reference": "C-0000-0000"},
        **{f"library-{name}": {"key": "walked"} for name in of_entry},
        **{f"library-{name}": {"key": "walked", "number": 1} for name in ("hand-in", "decide")},
        "library-example-drop": {"key": "walked", "example": example},
        **dict.fromkeys(("guide", "guide-retire"), of_guide),
        **dict.fromkeys(("guide-version", "guide-file", "guide-submit", "guide-decide"), of_guides_version),
        **dict.fromkeys((*names, *own_book), person),
        **dict.fromkeys(("connector", "connector-try", "connector-delete"), of_connector),
        "book-hand-over-end": {"hand_over": handed.public_id},
        **dict.fromkeys(("routing-replay", "routing-replay-part", "routing-replay-call-off"), replay),
        **version,
        **dict.fromkeys(("words-trial", *(f"words-trial-{do}" for do in ("begin", "drop", "end"))), words),
        "routing-trial": trial,
        "routing-trial-end": trial,
        "token-end": {"token": ApiToken.objects.get(programme=world.programme, name="walked").public_id},
    }


def _words_on_trial(world: World) -> int:
    """Return the number of a trial of words that waits to be begun."""
    guides.install(
        programme=world.programme, text=GUIDE.replace("Walked", "Tried") + '[for]\nlanguages = ["fi"]\n'
    )
    terms = words_trials.Terms(share=0.5, days=9, metric="satisfaction", least=0.2, units_needed=100)
    made = words_trials.propose(
        programme=world.programme,
        about=words_trials.About(guide="tried", step="close"),
        others=["Thank you"],
        terms=terms,
        by=world.supervisor,
        actor="test",
    )
    return made.number


def _an_example(world: World) -> int:
    """Return an example of an entry of the library."""
    entry = library.save_draft(
        programme=world.programme,
        kind="objection",
        key="walked",
        content=Objection(name="It costs too much"),
        instead_of=None,
    )
    said = chat.begin(
        programme=world.programme, email="ada@example.org", text="Too dear", reason=None, client_id=uuid4()
    )
    [message] = messages_of(said)
    return add_example(entry=entry, contact=said, message=message.client_id, by=world.supervisor).pk


def replay_of(world: World) -> Replay:
    """Return a replay that waits."""
    day = clock.now().date() - timedelta(days=1)
    return Replay.objects.create(
        programme=world.programme,
        asked_by=world.supervisor,
        asked_at=clock.now(),
        first_day=day,
        last_day=day,
        contacts=1,
        plans=[{"name": "In force", "text": BUILT_IN}],
        seeds=5,
        fingerprint="walked",
    )


def _a_trial(world: World, number: int) -> int:
    """Return the number of a trial beside the version with this number."""
    programme = world.programme
    publishing.publish(programme=programme, number=number, instead_of=None)
    other = publishing.save_draft(programme=programme, text=BUILT_IN + "[choice]\nrandom_share = 0.5\n")
    ends_at = clock.now() + timedelta(days=1)
    terms = trials.Terms(share=0.5, ends_at=ends_at, metric="service_level", least=0.05, units_needed=100)
    return trials.begin(programme=programme, number=other.number, instead_of=number, terms=terms).number
