"""Write the generated pages of docs/reference/ anew, from the code they describe: `make docs`."""

import argparse
import dataclasses
import inspect
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from unittest import mock

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.config.settings")

NOTICE = "<!-- Written by `make docs` from the code. Change the code, then run it again. -->"


class Caught(Exception):
    """Carries the parser of a command out of it, before the command does anything."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        super().__init__(parser.prog)
        self.parser = parser


def commands() -> dict[str, str]:
    """Return our own commands, as `rapport` lists them, each with what it is for."""
    from rapport.runtime.cli import USAGE

    found = re.findall(r"^  ([a-z]+(?: [a-z]+)?(?=[ \n]))(?:(?: [^a-z ]\S*)*) +(\S.*)$", USAGE, re.MULTILINE)
    return dict(found)


def parser_of(command: str) -> argparse.ArgumentParser:
    """Return the parser of one of our commands."""
    from rapport.runtime.cli import main

    def catch(parser: argparse.ArgumentParser, *_: object, **__: object) -> None:
        raise Caught(parser)

    with mock.patch.object(argparse.ArgumentParser, "parse_args", catch):
        try:
            main([*command.split(), "--help"])
        except Caught as caught:
            return caught.parser
    raise LookupError(f"`rapport {command}` reads no arguments.")


def command_line_page() -> str:
    """Return the page of all commands."""
    told = commands()
    lines = [f"| [`rapport {name}`](#rapport-{name.replace(' ', '-')}) | {what} |" for name, what in told.items()]
    parts = "\n".join(part for name in told for part in _command(name))
    return COMMAND_LINE.format(notice=NOTICE, table="\n".join(lines), parts=parts)


def _command(name: str) -> Iterator[str]:
    parser = parser_of(name)
    actions = [each for each in parser._actions if each.dest != "help"]
    yield f"## rapport {name}\n"
    yield " ".join((parser.description or "").split()) + "\n"
    yield f"```\n{' '.join(['rapport', name, *map(_usage, actions)])}\n```\n"
    if actions:
        yield "| argument | meaning | default |\n|---|---|---|"
        yield from map(_argument, actions)
        yield ""


def _usage(action: argparse.Action) -> str:
    called = action.option_strings[-1] if action.option_strings else ""
    written = " ".join(part for part in (called, _value(action)) if part)
    is_optional = action.option_strings and not action.required
    return f"[{written}]" if is_optional else written


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    if action.choices:
        return "|".join(map(str, action.choices)) if len(list(action.choices)) < 5 else action.dest.upper()
    return str(action.metavar or action.dest.upper())


def _argument(action: argparse.Action) -> str:
    called = _cell("`" + " ".join(part for part in (*action.option_strings[-1:], _value(action)) if part) + "`")
    words = action.help or ""
    if action.choices and len(list(action.choices)) >= 5:
        words += ("; one of " if words else "one of ") + ", ".join(f"`{each}`" for each in action.choices)
    default = "" if action.default in (None, "", False) else f"`{action.default}`"
    return f"| {called} | {_cell(words)} | {'needed' if action.required else default} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def event_classes() -> dict[ModuleType, list[type]]:
    """Return the events of each module that announces any, in the order of the modules."""
    from django.conf import settings

    found = {}
    for module in settings.MODULES:
        if find_spec(f"{module}.events") is not None and module != "rapport.events":
            place = import_module(f"{module}.events")
            classes = [each for each in vars(place).values() if isinstance(each, type)]
            own = [each for each in classes if each.__module__ == place.__name__]
            found[place] = [each for each in own if dataclasses.is_dataclass(each)]
    return {place: classes for place, classes in found.items() if classes}


def events_page() -> str:
    """Return the page of all events."""
    parts = []
    for place, classes in event_classes().items():
        parts.append(f"## {place.__name__.removeprefix('rapport.').removesuffix('.events')}\n")
        parts += [f"{words}\n" for words in [_note(place)] if words]
        parts.append("| event | when | data |\n|---|---|---|")
        parts += [_event(each) for each in classes]
        parts.append("")
    return EVENTS.format(notice=NOTICE, parts="\n".join(parts).rstrip())


def _note(place: ModuleType) -> str:
    """Return what the module says of its events beside that it announces them."""
    words = " ".join((place.__doc__ or "").split()).removeprefix("What this module announces").lstrip(".; ")
    return words[:1].upper() + words[1:]


def _event(one: Any) -> str:
    hints = get_type_hints(one)
    fields = [f"`{field.name}` {_type(hints[field.name])}" for field in dataclasses.fields(one)]
    words = " ".join((inspect.getdoc(one) or "").split()).replace("``", "`")
    return f"| `{one.name}` | {_cell(words)} | {'<br>'.join(fields) or 'none'} |"


def _type(hint: Any) -> str:
    if get_origin(hint) in (Union, UnionType):
        return " or ".join(_type(each) for each in get_args(hint))
    words = {str: "text", int: "whole number", bool: "true or false", type(None): "null", float: "number"}
    words |= {list[str]: "list of texts"}
    return words.get(hint) or _cell(f"`{hint}`")


def metrics_page() -> str:
    """Return the dictionary of metrics."""
    from rapport.insight.registry import METRICS, RELATIONS

    table = [f"| [{one.name}](#{one.key}) | {one.unit} | {_cell(one.sentence)} |" for one in METRICS.values()]
    parts = [_metric(one) for one in METRICS.values()]
    relations = [f"| `{one.key}` | {one.row} | {', '.join(one.dimensions)} |" for one in RELATIONS.values()]
    shown = {"table": table, "parts": parts, "relations": relations}
    return METRICS_PAGE.format(notice=NOTICE, **{name: "\n".join(lines) for name, lines in shown.items()})


def _metric(one: Any) -> str:
    from rapport.insight.sql import shown

    better = {"up": "higher", "down": "lower", "": "neither by itself"}[one.better]
    facts = [f"Unit: {one.unit}. Kind: {one.kind}. Counted over: `{one.relation}`. Better: {better}."]
    facts += [f"Option `{name}`: {value}." for name, value in one.options.items()]
    return f"### {one.key}\n\n**{one.name}.** {one.sentence}\n\n{' '.join(facts)}\n\n```sql\n{shown(one)}\n```\n"


def rights_page() -> str:
    """Return the page of roles and rights."""
    from rapport.accounts.roles import FOR_TOKENS, MEANS, RIGHTS, TOKENS_MAY, Right, Role

    roles = list(Role)
    head = " | ".join(f"`{role}`" for role in roles)
    rows = []
    for right in Right:
        has = " | ".join("yes" if right in RIGHTS[role] else "" for role in roles)
        means = MEANS[right] + ("; tokens only" if right in FOR_TOKENS and "tokens" not in MEANS[right] else "")
        rows.append(f"| `{right}` | {means} | {has} |")
    table, for_tokens = "\n".join(rows), ", ".join(f"`{right}`" for right in sorted(TOKENS_MAY))
    return RIGHTS_PAGE.format(
        notice=NOTICE, head=head, line="---|" * (len(roles) + 2), table=table, for_tokens=for_tokens
    )


def plan_page() -> str:
    """Return the page of everything a plan of routing can say."""
    from rapport.routing.plan.reading import schema

    told = schema()
    sections = [_part_of("Plan", told)] + [_part_of(name, told["$defs"][name]) for name in told["$defs"]]
    example = (ROOT / "examples" / "routing" / "plan.toml").read_text().rstrip()
    return _page("routing-plan.md").format(notice=NOTICE, parts="\n".join(sections).rstrip(), example=example)


def guide_page() -> str:
    """Return the page of everything a guide can say."""
    from rapport.guides.definition.facts import FACTS
    from rapport.guides.definition.reading import schema

    told = schema()
    sections = [_part_of("Guide", told)] + [_part_of(name, told["$defs"][name]) for name in told["$defs"]]
    facts = [
        f"| `{name}` | {fact.type.replace('_', ' or ')} | {_cell(fact.words)} |" for name, fact in FACTS.items()
    ]
    example = (ROOT / "examples" / "guides" / "cancel.toml").read_text().rstrip()
    return _page("guide.md").format(
        notice=NOTICE, parts="\n".join(sections).rstrip(), facts="\n".join(facts), example=example
    )


def library_page() -> str:
    """Return the page of everything a file of the library can say."""
    from rapport.guides.library.content import Library
    from rapport.guides.library.reading import COLUMNS
    from rapport.kit.documents import schema_of

    told = schema_of(Library)
    parts = ["Objection", "Rebuttal", "Evidence", "Article"]
    sections = [_part_of("Library", told)] + [_part_of(name, told["$defs"][name]) for name in parts]
    columns = ", ".join(f"`{name}`" for name in COLUMNS)
    return _page("library.md").format(notice=NOTICE, parts="\n".join(sections).rstrip(), columns=columns)


def connector_page() -> str:
    """Return the page of everything a connector can say."""
    from rapport.guides.connectors.definition import schema

    told = schema()
    sections = [_part_of("Connector", told)] + [
        _part_of(name, told["$defs"][name]) for name in ("Transaction", "Done")
    ]
    return _page("connector.md").format(notice=NOTICE, parts="\n".join(sections).rstrip())


def _page(name: str) -> str:
    """Return the text around what is generated."""
    return (ROOT / "tools" / "pages" / name).read_text()


def _part_of(name: str, told: dict[str, Any]) -> str:
    rows = [
        f"| `{key}` | {_cell(_value_of(one))} | {_default_of(key, one, told)} | "
        f"{_cell(one.get('description', ''))} |"
        for key, one in told["properties"].items()
    ]
    table = "\n".join(["| key | value | default | what it says |", "|---|---|---|---|", *rows])
    return f"## {name}\n\n{told.get('description', '')}\n\n{table}\n"


def _value_of(one: dict[str, Any]) -> str:
    """Return in words what a key of a document takes."""
    if "$ref" in one:
        name = one["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in one:
        return " or ".join(_value_of(each) for each in one["anyOf"] if each.get("type") != "null")
    if "enum" in one:
        return " or ".join(f"`{each}`" for each in one["enum"])
    if one.get("type") == "array":
        most = f" (at most {one['maxItems']})" if "maxItems" in one else ""
        return f"list of {_value_of(one['items'])}{most}"
    if one.get("type") == "object":
        return f"table by name of {_value_of(one.get('additionalProperties', {}))}"
    words = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
    return words.get(one.get("type", ""), "value") + _bounds_of(one)


def _bounds_of(one: dict[str, Any]) -> str:
    low, high = one.get("minimum", one.get("exclusiveMinimum")), one.get("maximum")
    if low is not None and high is not None:
        return f" from {low:g} to {high:g}"
    return f" from {low:g} on" if low is not None else ""


def _default_of(key: str, one: dict[str, Any], told: dict[str, Any]) -> str:
    if key in told.get("required", []):
        return "required"
    default = one.get("default")
    if default in (None, "", [], {}) or "$ref" in one:
        return ""
    shown = {True: "true", False: "false"}[default] if isinstance(default, bool) else default
    return _cell(f"`{shown}`")


def pages() -> dict[str, Callable[[], str]]:
    """Return how each generated page is written, by its path in the project."""
    return {
        "docs/reference/command-line.md": command_line_page,
        "docs/reference/events.md": events_page,
        "docs/reference/library.md": library_page,
        "docs/reference/metrics.md": metrics_page,
        "docs/reference/rights.md": rights_page,
        "docs/reference/routing-plan.md": plan_page,
        "docs/reference/guide.md": guide_page,
        "docs/reference/connector.md": connector_page,
    }


def stale(root: Path) -> list[str]:
    """Return the generated pages that are not as the code would write them now."""
    written = {name: (root / name).read_text() if (root / name).exists() else "" for name in pages()}
    return [name for name, write in pages().items() if written[name] != write()]


def main(words: Sequence[str]) -> int:
    """Write every generated page that has changed, and name it."""
    if words:
        print("usage: python tools/docs.py", file=sys.stderr)
        return 2
    import django

    django.setup()
    for name in stale(ROOT):
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_text(pages()[name]())
        print(f"wrote {name}")
    return 0


COMMAND_LINE = """# The command line

{notice}

`rapport` is in `.venv/bin/`. `rapport --help` lists the commands, `rapport COMMAND --help` says more. Any other
command is Django's (`rapport help`), for example `rapport migrate`, `rapport shell` or `rapport dbshell`.

| command | what it does |
|---|---|
{table}

**State.** Every command works on the installation in `RAPPORT_HOME` ([settings](settings.md)). A command that
needs the database uses the server in `DATABASE_URL`, or the embedded one that `rapport up` runs; where neither is
there it starts the embedded one for its own duration and stops it again.

**Exit codes.** 0: done. 1: it could not be done, and one line on standard error says why. 2: it was asked for
wrongly. 130: interrupted.

{parts}"""

RIGHTS_PAGE = """# Roles and rights

{notice}

A person has a place on each programme they work on, and one role there. Without a place a programme does not exist
for them: its pages answer "not found". With a place they need its [clearance](#clearance), and the right for what
they ask; without either they are told so.

| right | what it allows | {head} |
|{line}
{table}

The same table, with a programme's own adjustments, is in the product.

## Adjustments

A programme may grant a role, or one person, a right more, or deny it one. A denial always wins: a right denied to
a role is not given back by a grant to the person, and a right denied to a person not by their role. Nobody can
grant what is for tokens only, change their own place, clearance or rights, or adjust the role they have. Its
administrators keep `people.read`, `people.manage` and `roles.adjust`, and a programme's last administrator stays:
neither a page nor a command ends their place or gives them another role. A directory does, since whom it lets go
must be out at once; that nobody is left is an [alarm](../explanation/the-record.md#alarms), and `rapport person`
makes a new one. Emergency access does not count as an administrator.

## Contacts

Who may read contacts reads their own (`contacts.read.own`), those of their team's reps (`contacts.read.team`), or
all (`contacts.read.programme`). Lists and counts hold no others.

One thing goes further: who has a customer's contact ringing or in hand at the desk (`contacts.take`) sees that
customer's file, and with it their earlier contacts whoever handled them: when, about what, how it went, the note
for whoever talks to them next, and looks back at the last one. So a customer who comes back need not tell their
story again. What was written in those chats is not part of it. It ends with the contact, and is recorded as a look
at the customer.

## Clearance

A programme's rules say what else a person must meet to enter. All are looked at with every request; a stream that
is open ends within a second of a change, and by itself at the moment when hours, a screening or an agreement end.

| condition | the programme's rule | the person's |
|---|---|---|
| `second_factor` | `requires_second_factor`; on for new ones | a second factor, or their provider's word |
| `screening` | `requires_screening` | `screening` is `passed`, and `screened_until` not over |
| `agreement` | `required_agreements`, `agreements_hold_days` | `agreements`: those they signed, with the day |
| `network` | `allowed_networks`; none is any | `allowed_networks`; where both are set, both must hold |
| `hours` | `allowed_hours` by weekday, in the programme's time zone; none is any | `allowed_hours`; likewise |

What cannot be read counts as not met. Who is shut out is taken off the floor at once: an offer is withdrawn, a
chat goes back to its old place in the queue.

## Who has no role

Apart from programmes there is the person who **runs the installation**: they see at `/machine/` what runs and what
waits, and no customer and no contact.

A **token** belongs to one programme and has the rights it was made with, of those that the [API](api.md) asks for:
{for_tokens}.
`contacts.read.own` and `contacts.read.team` are about a person's own work, so no token can have them; what
`api.use` lets a token read it reads of the whole programme. A person gives a token only rights they have, or those
that are for tokens only. It ends by itself, after 90 days unless said otherwise. Only a hash of it is kept.

A **customer** has no account. A signed cookie names the contact they opened in this browser, for a week, and lets
them see that contact and nothing else.
"""

EVENTS = """# Events

{notice}

Whatever happens is one row in the event log (`events_event`), written in the transaction of the change it tells
of. The database refuses to change or delete it. Other programs read the log by the [API](api.md#events).

| field | meaning |
|---|---|
| `id` | the cursor: grows with every event; remember the last one seen |
| `programme` | whose log it is in |
| `at` | when it happened, UTC; for imported or late events earlier than when it was written |
| `name` | one of the names below |
| `subject` | the public id of the thing it happened to: a contact unless said otherwise |
| `actor` | who did it: `member:<id>`, `customer`, `router`, `pbx`, `import`, `command` or `system` |
| `data` | the fields below, as JSON |
| `audience` | the live channels that hear of it: `floor:<programme>`, `member:<member>`, `contact:<public id>` |

Texts in `data` are codes: keys, ids, states, names of fields, instants in ISO 8601. Personal data stays out of the
log: a customer is a public id; of a changed file it holds which fields changed, of a chat message who wrote and
how many characters, of a survey's comment that there is one.

Two messages on live streams are no events, since nothing of them is kept: `chat.typing.customer` and
`chat.typing.rep`.

{parts}
"""

METRICS_PAGE = """# Metrics

{notice}

Each metric is declared once, in `rapport.insight.metrics`, and counted by that declaration wherever it is
shown: the wall, the reports, Rally Notes, the API and `rapport metrics`. [Figures](../explanation/figures.md) says
how.

A figure is a value with its numerator and denominator. A count has no denominator. Where there is nothing to
divide by, the value is empty, not 0. Days are local to the programme; a contact belongs to the day and hour in
which it arrived.

| metric | unit | what it counts |
|---|---|---|
{table}

## What they are counted over

Each relation is a query over [facts](facts.md), restricted to one programme and to contacts that came in.

| relation | one row is | can be split by |
|---|---|---|
{relations}

## The declarations

`:programme`, `:starts` and `:ends` are the programme and the period; `:answer_within_seconds` is the programme's
answering time; `:as_of` is now; `:seen_until` is the instant up to which the programme's contacts were observed:
now, or the end of the local day of the last one where that is earlier.

{parts}"""

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
