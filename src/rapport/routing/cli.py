"""`rapport routing`: check a plan of routing, publish it, write out the one in force, or its schema."""

import argparse
import json
import sys
from pathlib import Path

from rapport.kit.errors import Invalid
from rapport.routing.plan.reading import read_plan, schema


def run(arguments: list[str]) -> int:
    """Do what was asked with a plan. Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="rapport routing",
        allow_abbrev=False,
        description="The plan of routing: check a file, publish it, write out the one in force, or the schema. "
        "A check without --programme looks at no names and needs no database.",
    )
    parser.add_argument("what", choices=["check", "publish", "export", "schema"])
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="the plan; - is standard input")
    parser.add_argument("--programme", metavar="KEY", help="whose plan; its reasons, segments, teams and people")
    parser.add_argument("--note", default="", metavar="WORDS", help="what changes, kept with the version")
    asked = parser.parse_args(arguments)
    if asked.what == "schema":
        print(json.dumps(schema(), indent=2))
        return 0
    text = "" if asked.what == "export" else _text(asked.file)
    if asked.programme is None:
        if asked.what != "check":
            raise Invalid("Say whose plan: --programme KEY.")
        read_plan(text)
        print("The plan has no faults. With --programme its names are looked at too.")
        return 0
    from rapport.routing import commands  # needs the database, which a check of a file alone does not

    print(commands.do(asked.what, programme_key=asked.programme, text=text, note=asked.note))
    return 0


def _text(file: Path | None) -> str:
    if file is None:
        raise Invalid("Name the file with the plan.")
    try:
        return (sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise Invalid(f"The plan {file} cannot be read: {fault}.") from fault
