"""`rapport library`: check a file of the library, read it in as drafts, write out what is live, or the schema."""

import argparse
import json
import sys
from pathlib import Path

from rapport.guides.library.content import Library
from rapport.guides.library.reading import read_library
from rapport.kit.documents import schema_of
from rapport.kit.errors import Invalid


def run(arguments: list[str]) -> int:
    """Do what was asked with a file of the library. Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="rapport library",
        allow_abbrev=False,
        description="The library of objections, rebuttals and articles: check a file (TOML, JSON or CSV), read it "
        "in as drafts that people then approve, write out what is live, or the schema. "
        "A check without --programme looks at no names and needs no database.",
    )
    parser.add_argument("what", choices=["check", "import", "export", "schema"])
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="the file; - is standard input")
    parser.add_argument("--programme", metavar="KEY", help="whose library; its reasons, segments and people")
    parser.add_argument("--csv", action="store_true", help="write it out as a table")
    parser.add_argument("--drafts", action="store_true", help="write out the newest of everything, live or not")
    parser.add_argument("--note", default="", metavar="WORDS", help="what changes, kept with the drafts")
    asked = parser.parse_args(arguments)
    if asked.what == "schema":
        print(json.dumps(schema_of(Library), indent=2))
        return 0
    text = "" if asked.what == "export" else _text(asked.file)
    if asked.programme is None:
        if asked.what != "check":
            raise Invalid("Say whose library: --programme KEY.")
        count = sum(1 for _ in read_library(text).entries())
        print(f"The file has {count} entries and no faults. With --programme its names are looked at too.")
        return 0
    from rapport.guides.library import commands  # needs the database, which a check of a file alone does not

    if asked.what == "export":
        told = commands.export(asked.programme, is_table=asked.csv, only_live=not asked.drafts)
        print(told.removesuffix("\n"))
    elif asked.what == "check":
        print(commands.check(asked.programme, text))
    else:
        print(commands.take(asked.programme, text, note=asked.note))
    return 0


def _text(file: Path | None) -> str:
    if file is None:
        raise Invalid("Name the file.")
    try:
        found = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return found.decode("utf-8-sig")
    except OSError as fault:
        raise Invalid(f"The file {file} cannot be read: {fault}.") from fault
    except UnicodeDecodeError as fault:
        raise Invalid(f"The file {file} is no text in UTF-8: {fault}.") from fault
