"""`rapport guides`: check guides, put them on file as drafts, publish them, write them out, or their schema."""

import argparse
import json
from pathlib import Path

from rapport.guides import playing
from rapport.guides.definition.reading import GuideInvalid, read_guide, schema, warnings
from rapport.kit.arguments import text_of
from rapport.kit.documents import located
from rapport.kit.errors import Invalid
from rapport.kit.lines import lines_of


def run(arguments: list[str]) -> int:
    """Do what was asked with guides. Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="rapport guides",
        allow_abbrev=False,
        description="What reps say. check: look at files and play their cases; import: put them on file as drafts "
        "that somebody submits and somebody else approves; publish: put them in force at once; export: write "
        "what is in force into a folder; schema: print the JSON Schema. "
        "A check without --programme looks at no names and needs no database.",
    )
    parser.add_argument("what", choices=["check", "import", "publish", "export", "schema"])
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="files, or the folder; - is standard input"
    )
    parser.add_argument(
        "--programme", metavar="KEY", help="whose guides; its reasons, segments, skills and library"
    )
    parser.add_argument("--guide", metavar="KEY", help="the guide that the one file is of, or that is written out")
    parser.add_argument("--note", default="", metavar="WORDS", help="what changes, kept with the version")
    asked = parser.parse_args(arguments)
    if asked.what == "schema":
        print(json.dumps(schema(), indent=2))
        return 0
    if asked.programme is None and asked.what != "check":
        raise Invalid("Say whose guides: --programme KEY.")
    if asked.what == "export":
        return _export(asked)
    if not asked.files or (asked.guide and len(asked.files) > 1):
        raise Invalid("Name one file with --guide." if asked.files else "Name the files.")
    texts = [(str(file), text_of(file)) for file in asked.files]
    for name, text in texts:
        _look_at(name, text)
    if asked.programme is None:
        print(f"{_count(len(texts))} without faults. With --programme their names are looked at too.")
        return 0
    from rapport.guides import commands  # needs the database, which a check of files alone does not

    for line in commands.take(asked.what, asked.programme, texts, key=asked.guide or "", note=asked.note):
        print(line)
    return 0


def _look_at(name: str, text: str) -> None:
    """Print what is unusual; Invalid, naming the file, for what is wrong and for cases that come out otherwise."""
    try:
        guide = read_guide(text)
        needs_examples = any(step.gives for step in guide.steps)  # of connectors, which only a programme has
        if not needs_examples and (failed := playing.failures(guide)):
            raise GuideInvalid(located(lines_of(text), failed))
    except GuideInvalid as error:
        raise Invalid(f"{name}:\n{error}") from None
    for line, words in warnings(text, guide):
        print(f"{name}, line {line}: {words}")


def _export(asked: argparse.Namespace) -> int:
    from rapport.guides import commands

    texts = commands.in_force(asked.programme, key=asked.guide or "")
    if asked.guide:
        print(next(iter(texts.values())).removesuffix("\n"))
        return 0
    if len(asked.files) != 1:
        raise Invalid("Name the folder to write to.")
    folder: Path = asked.files[0]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for key, text in texts.items():
            (folder / f"{key}.toml").write_text(text, encoding="utf-8")
    except OSError as fault:
        raise Invalid(f"The folder {folder} cannot be written to: {fault}.") from fault
    print(f"{_count(len(texts))} in {folder}.")
    return 0


def _count(number: int) -> str:
    return "1 guide" if number == 1 else f"{number} guides"
