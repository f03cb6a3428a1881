"""The command line `rapport`: our own commands, then Django's. Each is imported only when it is asked for."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module

from rapport.config import home as config_home
from rapport.kit import env
from rapport.kit.env import SettingError
from rapport.kit.errors import DomainError

USAGE = """usage: rapport COMMAND [ARGUMENTS]

  up                      start everything and watch it (Ctrl-C stops it)
  demo                    the same with a demonstration programme to look at
  status [--json]         what runs, since when, at which address; storage; programmes
  import calls FILE …     a telephone system's call log, as contacts and events
  import customers FILE … a partner's customer file
  import sales FILE …     a partner's sales: who sold what to whom, and what they promised
  feed …                  what comes from a partner and goes to it, by contract
  import accounts FILE …  the partner's word on accounts: still active, cancelled, not paying
  import recording FILE … recordings of calls, each with what is told of it in FILE.json
  ledger …                the stick ledger: prove it, set when claims mature, void a claim
  metrics …               the figures of a programme
  rally …                 the day's Rally Notes
  practice set-up …       make or renew where a programme's people practise
  routing …               the plan of routing: check it, publish it, write it out
  guides …                what reps say: check guides, put them on file, publish them, write them out
  guides reasons …        how well the machine tells a customer's reason from a sentence
  guides score …          how well it ranks the next step in recorded dialogues
  library …               objections, rebuttals and articles: check a file, read it in, write it out
  risk score …            how well leaving is told from a file of customers
  audit verify …          whether the logs are as they were written
  audit export FOLDER …   the record, to be verified elsewhere
  audit seal …            seal the logs without waiting for the hour
  keys …                  the keys that open sealed values, and their rotation
  privacy …               one customer's data: copy it, restrict it, hold it, erase it
  reset                   forget this installation's data for good
  simulate …              replay recorded calls on a simulated clock
  person …                give a person a place on a programme
  unlock …                let a person in again who is locked out, or has lost their second factor
  break glass …           seal an account for the day when nobody else gets in
  token …                 make a token for a telephone system or another program
  groups …                what the groups of a partner's directory give on a programme
  sso …                   a partner's own sign-in service (OpenID Connect, SAML)

`rapport COMMAND --help` says more. Other commands are Django's: `rapport help`.
State is kept in RAPPORT_HOME (default: var/ in the project)."""

Command = Callable[[list[str]], int]
LATE = {  # command → module with run(arguments) -> int
    "import calls": "rapport.contacts.importing.cli",
    "import customers": "rapport.customers.importing.cli",
    "import sales": "rapport.customers.sales.cli",
    "import accounts": "rapport.ledger.importing.cli",
    "import recording": "rapport.quality.recordings.cli",
    "ledger": "rapport.ledger.cli",
    "keys": "rapport.customers.cli",
    "privacy": "rapport.privacy.cli",
    "feed": "rapport.feeds.cli",
    "metrics": "rapport.insight.cli",
    "rally": "rapport.recognition.cli",
    "practice": "rapport.learning.practice.cli",
    "routing": "rapport.routing.cli",
    "guides": "rapport.guides.cli",
    "guides reasons": "rapport.prompts.cli.reasons",
    "guides score": "rapport.prompts.cli.score",
    "library": "rapport.guides.library.cli",
    "risk score": "rapport.risk.cli.score",
    "audit verify": "rapport.audit.cli.verify",
    "audit export": "rapport.audit.cli.export",
    "audit seal": "rapport.audit.cli.seal",
    "person": "rapport.accounts.cli.person",
    "unlock": "rapport.signin.cli.unlock",
    "break glass": "rapport.signin.cli.break_glass",
    "token": "rapport.accounts.cli.token",
    "groups": "rapport.provisioning.cli.groups",
    "sso": "rapport.provisioning.cli.sso",
}
OFFLINE: dict[str, Callable[[list[str]], bool]] = {  # command → whether, asked like this, it reads files only
    "audit verify": lambda options: "--export" in options,
    "routing": lambda options: "--programme" not in options,
    "guides": lambda options: "--programme" not in options,
    "guides reasons": lambda options: True,
    "guides score": lambda options: True,
    "risk score": lambda options: True,
    "library": lambda options: "--programme" not in options,
}
AS_OWNER = frozenset(["migrate"])
WITHOUT_DATABASE = frozenset(
    ["check", "collectstatic", "diffsettings", "findstatic", "help", "makemessages", "version", "--version"]
)


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Exit code 0: done; 1: it could not be done; 2: it was asked for wrongly."""
    words = sys.argv[1:] if arguments is None else arguments
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.config.settings")
    try:
        return _run(words)
    except (SettingError, DomainError) as error:
        print(f"rapport: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print("rapport: interrupted", file=sys.stderr)
        return 130


def _run(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help"):
        print(USAGE, file=sys.stdout if words else sys.stderr)
        return 0 if words else 2
    own: dict[str, Command] = {
        "up": _up,
        "demo": _demo,
        "status": _status,
        "reset": _reset,
        "simulate": _simulate,
        "load-demo": _load_demo,
    }
    if words[0] in own:
        return own[words[0]](words[1:])
    for size in (2, 1):
        name = " ".join(words[:size])
        if name in LATE and len(words) >= size:
            return _late(LATE[name], name, words[size:])
    if words[0] == "import":
        return _import_what(words[1:])
    return _django(words)


def _parser(name: str, description: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(prog=f"rapport {name}", description=description)


def _up(words: list[str]) -> int:
    description = "Start the database, the pages, the streams, the router and the worker, and watch them."
    _parser("up", description).parse_args(words)
    from rapport.runtime.supervisor import up

    return up()


def _demo(words: list[str]) -> int:
    from rapport.runtime.programs import ours
    from rapport.runtime.supervisor import up

    if {"-h", "--help"} & set(words):
        _setup()
        return _late_module("rapport.demo.cli")(words)
    live = {"demo": ours("rapport.demo.floor")}
    return up(load=(sys.executable, "-m", "rapport.runtime.cli", "load-demo", *words), extra=live)


def _load_demo(words: list[str]) -> int:
    """Load the demonstration programme only; `rapport demo` does it in a process of its own."""
    return _late("rapport.demo.cli", "demo", words)


def _status(words: list[str]) -> int:
    description = "Say what runs, since when and where, how the storage is, and which programmes there are."
    parser = _parser("status", description)
    parser.add_argument("--json", action="store_true", help="for programs")
    asked = parser.parse_args(words)
    from rapport.runtime import place, state, status

    home = config_home.home()
    has_data = bool(state.running(home) or place.recorded(home) or env.text("DATABASE_URL"))
    found = status.collect(home, _programmes() if has_data else [])
    found["recordings"] = status.of_recordings()
    status.write(found, as_json=asked.json)
    return 0


def _reset(words: list[str]) -> int:
    parser = _parser("reset", "Forget this installation's data for good: its database, keys and files.")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    asked = parser.parse_args(words)
    from rapport.runtime.reset import reset

    home = config_home.home()
    if not asked.yes:
        print(
            f"This forgets everything in {home} for good. Type yes to go on: ", end="", file=sys.stderr, flush=True
        )
        if sys.stdin.readline().strip() != "yes":
            return 1
    gone = reset(home)
    print("\n".join(f"removed {path}" for path in gone) or f"nothing to remove in {home}")
    return 0


def _programmes() -> list[str]:
    """Return the keys of the programmes, or none where the database cannot say."""
    with _database("status"):
        from django.db import DatabaseError, InterfaceError

        from rapport.accounts import queries

        try:
            return queries.programme_keys()
        except (DatabaseError, InterfaceError):
            return []


def _simulate(words: list[str]) -> int:
    return _late_module("rapport.simulation.cli")(words)


def _import_what(words: list[str]) -> int:
    kinds = [name.removeprefix("import ") for name in LATE if name.startswith("import ")]
    print(f"usage: rapport import {'|'.join(kinds)} FILE --programme KEY …", file=sys.stderr)
    if words and words[0] not in ("-h", "--help"):
        told = f"cannot import {words[0]!r}; it is one of {', '.join(kinds)}"
        print(f"rapport import: error: {told}", file=sys.stderr)
    return 0 if words and words[0] in ("-h", "--help") else 2


def _late(module: str, name: str, words: list[str]) -> int:
    """Run a command that needs the database, started for its duration where nobody runs it yet."""
    if {"-h", "--help"} & set(words):
        _setup()
        return _late_module(module)(words)
    if name in OFFLINE and OFFLINE[name]([word.partition("=")[0] for word in words]):
        return _late_module(module)(words)
    with _database(name):
        from rapport.runtime import migrating

        migrating.ensure()
        return _late_module(module)(words)


def _late_module(module: str) -> Command:
    run: Command = import_module(module).run
    return run


def _django(words: list[str]) -> int:
    from django.core.management import execute_from_command_line, get_commands

    from rapport.runtime import session

    if words[0] in AS_OWNER:
        os.environ["RAPPORT_ROLE"] = "owner"
    session.find(config_home.home())
    _setup()
    if words[0] not in get_commands() and words[0] not in ("help", "--version", "version"):
        print(f"rapport: there is no command {words[0]!r}; `rapport --help` lists them", file=sys.stderr)
        return 2
    if words[0] in WITHOUT_DATABASE or {"-h", "--help"} & set(words):
        execute_from_command_line(["rapport", *words])
        return 0
    with _database(words[0]):
        execute_from_command_line(["rapport", *words])
    return 0


@contextmanager
def _database(what: str) -> Iterator[None]:
    """Have the installation's database running and Django set up for the block."""
    from rapport.runtime import session

    with session.database(config_home.home(), what):
        _setup()
        yield


def _setup() -> None:
    import django

    from rapport.config import logs

    django.setup()
    logs.guard()


if __name__ == "__main__":
    sys.exit(main())
