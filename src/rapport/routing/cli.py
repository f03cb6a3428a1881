"""`rapport routing`: check a plan of routing, publish it, put holidays into it, write it out, or its schema."""

import argparse
import json
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

from rapport.kit.arguments import bytes_of, text_of
from rapport.kit.errors import Invalid
from rapport.routing.plan.holidays import with_holidays
from rapport.routing.plan.reading import read_plan, schema


def run(arguments: list[str]) -> int:
    """Do what was asked with a plan. Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="rapport routing",
        allow_abbrev=False,
        description="The plan of routing: check a file, publish it, write out the one in force, or the schema. "
        "With holidays, write out the plan with the days of a calendar file (iCal) put in. "
        "A check without --programme looks at no names and needs no database.",
    )
    parser.add_argument("what", choices=["check", "publish", "export", "holidays", "schema"])
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="the file; - is standard input")
    parser.add_argument("--calendar", metavar="KEY", help="the plan's calendar that gets the holidays")
    parser.add_argument("--plan", type=Path, metavar="FILE", help="the plan that does; else the one in force")
    parser.add_argument("--programme", metavar="KEY", help="whose plan; its reasons, segments, teams and people")
    parser.add_argument("--note", default="", metavar="WORDS", help="what changes, kept with the version")
    asked = parser.parse_args(arguments)
    if asked.what == "schema":
        print(json.dumps(schema(), indent=2))
        return 0
    if asked.what == "holidays":
        return _holidays(asked)
    text = "" if asked.what == "export" else text_of(asked.file)
    if asked.programme is None:
        if asked.what != "check":
            raise Invalid("Say whose plan: --programme KEY.")
        read_plan(text)
        print("The plan has no faults. With --programme its names are looked at too.")
        return 0
    from rapport.routing import commands  # needs the database, which a check of a file alone does not

    print(commands.do(asked.what, programme_key=asked.programme, text=text, note=asked.note))
    return 0


def _holidays(asked: argparse.Namespace) -> int:
    if asked.calendar is None:
        raise Invalid("Say which of the plan's calendars: --calendar KEY.")
    if (asked.programme is None) == (asked.plan is None):
        raise Invalid("Say whose plan, --programme KEY, or which one, --plan FILE.")
    content = bytes_of(asked.file)
    if asked.plan is not None:
        added = with_holidays(text_of(asked.plan), asked.calendar, content, zone=ZoneInfo("UTC"))
    else:
        from rapport.routing import commands  # needs the database, which a plan in a file does not

        added = commands.holidays(asked.programme, asked.calendar, content)
    print(added.text.removesuffix("\n"))
    print(added.words, file=sys.stderr)
    return 0
