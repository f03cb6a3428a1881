"""The documents say what is true: everything is in the reference, links lead somewhere, examples run."""

import ast
import importlib.util
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from django.core.management import get_commands
from django.db import connection

from rapport.accounts.models import Member, Programme
from rapport.accounts.roles import Right, Role
from rapport.api.v1 import api
from rapport.channels.cti.forms import EVENTS
from rapport.conftest import stand_in
from rapport.contacts.call_logs.csv_log import CsvLog
from rapport.contacts.call_logs.mapping import read_mapping as call_mapping
from rapport.contacts.call_logs.records import CallRecord
from rapport.contacts.models import State
from rapport.customers.importing.mapping import read_mapping as customer_mapping
from rapport.customers.importing.rows import CustomerRecord, read_rows
from rapport.customers.promises.models import State as PromiseState
from rapport.events.models import Event
from rapport.insight.metrics import service
from rapport.insight.registry import METRICS
from rapport.insight.sql import shown
from rapport.routing.models import Doing, Offer

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").glob("*.md")])


def load_tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tool_docs", ROOT / "tools" / "docs.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def reference(name: str) -> str:
    return (REFERENCE / f"{name}.md").read_text()


def rows(text: str) -> dict[str, str]:
    """Return the rows of all tables by the code in their first cell."""
    found = re.findall(r"^\| `([^`]+)` \|(.*)\|$", text, re.MULTILINE)
    return dict(found)


def settings_read() -> dict[str, set[str]]:
    """Return the name of every setting that the code reads, each with its defaults where they are constants."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in (ROOT / "src").rglob("*.py"):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
                continue
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id == "env" and isinstance(node.args[0], ast.Constant):
                defaults = [each.value for each in node.args[1:2] if isinstance(each, ast.Constant)]
                found[str(node.args[0].value)].update(str(each) for each in defaults)
    return found


def test_every_setting_and_its_default_is_on_the_page_of_settings() -> None:
    told = rows(reference("settings"))
    read = settings_read()
    assert set(told) == set(read)
    wrong = [
        f"{name}: {default}"
        for name, defaults in read.items()
        for default in defaults
        if not any(f"`{part}`" in told[name] for part in (default, default.lower()))
    ]
    assert wrong == []


def test_no_page_names_a_setting_that_is_not_read() -> None:
    known = settings_read()
    named = {(path.name, name) for path in PAGES for name in re.findall(r"\bRAPPORT_[A-Z_]+\b", path.read_text())}
    assert {(page, name) for page, name in named if name not in known} == set()


def test_every_event_is_on_the_page_of_events() -> None:
    told = rows(reference("events"))
    named = {one.name for classes in load_tool().event_classes().values() for one in classes}
    assert named == {name for name in told if "." in name}


def test_every_metric_is_on_the_page_of_metrics() -> None:
    told = set(re.findall(r"^### (\w+)$", reference("metrics"), re.MULTILINE))
    assert told == set(METRICS)


def test_the_front_page_counts_the_metrics() -> None:
    assert f"[{len(METRICS)} metrics]" in (ROOT / "README.md").read_text()


def test_every_command_is_on_the_page_of_commands() -> None:
    from rapport.runtime.cli import LATE

    told = set(re.findall(r"^## rapport (.+)$", reference("command-line"), re.MULTILINE))
    assert told == set(load_tool().commands())
    assert set(LATE) <= told


def test_the_generated_pages_are_fresh() -> None:
    assert load_tool().stale(ROOT) == [], "run `make docs`"


def test_every_state_is_on_the_page_of_states() -> None:
    told = reference("states")
    states = {str(each) for kind in (State, Doing, Offer.Result, PromiseState) for each in kind}
    assert {each for each in states if f"`{each}`" not in told} == set()


def test_every_role_and_right_is_on_the_page_of_rights() -> None:
    told = reference("rights")
    assert {str(each) for kind in (Role, Right) for each in kind if f"`{each}`" not in told} == set()


def test_every_operation_of_the_api_is_on_its_page() -> None:
    told = reference("api")
    operations = {
        f"{verb.upper()} {path}" for path, item in api.get_openapi_schema()["paths"].items() for verb in item
    }
    assert {each for each in operations if f"`{each}`" not in told} == set()
    assert {each for each in EVENTS if f"`{each}`" not in told} == set()


@pytest.mark.django_db
def test_every_column_of_the_facts_is_on_their_page() -> None:
    told = {part.partition("\n")[0].strip("`"): set(rows(part)) for part in reference("facts").split("\n## ")[1:]}
    facts: dict[str, set[str]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_name LIKE 'fact\\_%'"
        )
        for view, column in cursor.fetchall():
            facts[view].add(column)
    assert {view: columns for view, columns in told.items() if view.startswith("fact_")} == facts


def anchors(path: Path) -> set[str]:
    """Return the anchors of a page's headings, as code hosts make them."""
    text = re.sub(r"^```.*?^```", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def broken_links(path: Path) -> Iterator[str]:
    text = re.sub(r"^```.*?^```", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        where, _, anchor = target.partition("#")
        goal = (path.parent / where).resolve() if where else path
        if not goal.exists() or not goal.is_relative_to(ROOT):
            yield f"{path.relative_to(ROOT)}: {target} leads nowhere"
        elif anchor and anchor not in anchors(goal):
            yield f"{path.relative_to(ROOT)}: {target} has no such heading"


def test_every_link_leads_somewhere() -> None:
    assert [broken for path in PAGES for broken in broken_links(path)] == []


def test_every_command_that_is_named_exists() -> None:
    known = {name.split()[0] for name in load_tool().commands()} | set(get_commands()) | {"COMMAND", "help"}
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    unknown = set()
    for path in PAGES:
        code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", path.read_text(), re.DOTALL))
        words = re.findall(r"(?:^|[`/( ])rapport (\w[\w-]*)", code, re.MULTILINE)
        unknown |= {f"{path.name}: rapport {word}" for word in words if word not in known}
        makes = re.findall(r"(?:^|[` ])make ([a-z]+)", code, re.MULTILINE)
        unknown |= {f"{path.name}: make {word}" for word in makes if word not in targets}
    assert unknown == set()


def test_every_file_that_is_named_exists() -> None:
    made_up = ("channels/sms/", "floor/late.html")
    missing = set()
    for path in PAGES:
        for name in re.findall(r"`((?:src|tests|tools|benchmarks|examples|docs)/[^`\s*<]*)`", path.read_text()):
            if not (ROOT / name).exists() and not name.endswith(made_up):
                missing.add(f"{path.name}: {name}")
    assert missing == set()


def test_every_page_can_be_reached_from_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    pages = {str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md")} - {"README.md"}
    assert {page for page in pages if f"]({page})" not in index} == set()


def test_pictures_are_small() -> None:
    pictures = sorted((ROOT / "docs" / "images").glob("*.png"))
    assert pictures
    assert [path.name for path in pictures if path.stat().st_size >= 300_000] == []


def blocks(kind: str) -> Iterator[tuple[Path, str]]:
    """Yield the code blocks of a kind on all pages, without the indentation of the list they stand in."""
    for path in PAGES:
        for indent, text in re.findall(
            rf"^( *)```{kind}\n(.*?)^ *```", path.read_text(), re.MULTILINE | re.DOTALL
        ):
            yield path, re.sub(rf"^{indent}", "", text, flags=re.MULTILINE)


def example(page: str, kind: str) -> str:
    """Return the one code block of a kind on a page."""
    (text,) = [text for path, text in blocks(kind) if path.name == page]
    return text


def test_the_example_of_a_call_log_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(example("import-a-call-log.md", "toml"))
    (tmp_path / "calls.csv").write_text(example("import-a-call-log.md", "csv"))
    reader = CsvLog(tmp_path / "calls.csv", call_mapping(tmp_path / "map.toml"))
    found = list(reader)
    assert [each for each in found if not isinstance(each, CallRecord)] == []
    assert [each.outcome for each in found if isinstance(each, CallRecord)] == ["answered", "abandoned"]
    assert reader.skipped == 1


def test_the_example_of_a_customer_file_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(example("import-customers.md", "toml"))
    (tmp_path / "customers.csv").write_text(example("import-customers.md", "csv"))
    found = list(read_rows(tmp_path / "customers.csv", customer_mapping(tmp_path / "map.toml")))
    assert [each.key for each in found if isinstance(each, CustomerRecord)] == ["N-1001", "N-1002"]


def test_examples_of_json_are_json() -> None:
    examples = [text for _, text in blocks("json")]
    assert examples
    for text in examples:
        json.loads(text)


@pytest.mark.django_db
def test_the_example_of_a_programme_sets_it_up() -> None:
    text = example("set-up-a-programme.md", "python")
    for _ in range(2):  # run again it changes nothing
        exec(text, {})
    programme = Programme.objects.get(key="cards")
    stand_in(programme)
    assert programme.answer_within_seconds == 30
    assert Member.objects.get(programme=programme).agent_id == "21"
    assert Event.objects.filter(programme=programme, name="guide.published").count() == 1


def test_the_example_of_a_metric_is_one() -> None:
    text = example("add-a-metric.md", "python")
    metric = eval(text.strip().rstrip(","), vars(service))
    assert metric.key not in METRICS
    for dialect in ("postgres", "duckdb"):
        assert "long_wait_seconds" in shown(metric, dialect)


def test_the_tool_refuses_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    assert load_tool().main(["--help"]) == 2
    assert "usage" in capsys.readouterr().err
    assert str(ROOT / "src") in sys.path
