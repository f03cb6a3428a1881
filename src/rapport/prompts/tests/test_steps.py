import json
from pathlib import Path
from typing import Any

import pytest

from rapport.kit.errors import Invalid
from rapport.prompts.cli import score
from rapport.prompts.steps import dialogues, options, ranker, scripts, signs
from rapport.prompts.steps.dialogues import FREE, Situation

REPLIES = {
    "hello": "Hello, how can I help?",
    "ask_name": "May I have your name, please?",
    "{}_ask_day": "On which day?",
    "{}_confirm": "It is booked for {{day:s}}.",
    "{}_failed": "Sorry, nothing is available then.",
    "anything_else": "Is there anything else?",
    "{}_bye": "Thank you and goodbye.",
    "query": "Query",
    "available": "Available",
    "unavailable": "Unavailable",
}
GRAPH = {
    "hello": "ask_name",
    "ask_name": "{}_ask_day",
    "{}_ask_day": "query",
    "available": "{}_confirm",
    "unavailable": "{}_failed",
    "{}_confirm": "anything_else",
}


def told(task: str, word: str, number: int) -> dict[str, Any]:
    """Return a dialogue as it is recorded: a name, a day, an inquiry that fails for odd numbers, thanks."""
    bad = number % 2

    def user(text: str) -> dict[str, Any]:
        return {"Agent": "User", "Action": "utter", "Text": text}

    def agent(label: str, text: str) -> dict[str, Any]:
        return {"Agent": "Wizard", "Action": "pick_suggestion", "ActionLabel": label, "Text": text}

    message = "That day is unavailable." if bad else "Your day is available."
    events = [
        {"Agent": "UserGuide", "Action": "instruct", "Text": "be kind"},
        user("hi there"),
        {"Agent": "Wizard", "Action": "request_suggestions", "Text": "hello"},
        agent("hello", "Hello, how can I help?"),
        user(f"I want to book a {word}"),
        agent("ask_name", "May I have your name, please?"),
        user("Alex"),
        agent(f"{task}_ask_day", "On which day?"),
        user("Monday please"),
        {"Agent": "Wizard", "Action": "query", "Constraints": [{"Day": '"Monday"'}, {"RequestType": '"Book"'}]},
        {"Agent": "KnowledgeBase", "Action": "return_item", "Item": {"Message": message}, "TotalItems": 1},
        agent(f"{task}_failed" if bad else f"{task}_confirm", "Sorry" if bad else "It is booked."),
        user("thanks, bye"),
        agent(f"{task}_bye", "Thank you and goodbye."),
    ]
    scenario = {"MultiTask": False, "WizardCapabilities": [{"Task": task}]}
    return {"DialogueID": number, "Scenario": scenario, "Events": events}


@pytest.fixture(scope="module")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tasks")
    for task in ("hotel", "plane", "table"):
        (folder / task).mkdir()
        graph = {one.format(task): two.format(task) for one, two in GRAPH.items()}
        replies = {name.format(task): words.format(task) for name, words in REPLIES.items()}
        text = json.dumps({"task": task, "graph": graph, "replies": replies})
        (folder / task / f"{task}.json").write_text(text)
    return folder


def written(file: Path, found: list[dict[str, Any]]) -> Path:
    file.write_text("".join(json.dumps(each) + "\n" for each in found))
    return file


def test_a_ranking_is_trained_on_one_file_and_measured_on_another_even_for_a_task_never_met(
    tasks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    learnt = [told("hotel", "room", number) for number in range(6)] + [
        told("plane", "flight", n) for n in range(6, 12)
    ]
    train = written(tmp_path / "train.jsonl", learnt)
    test = written(tmp_path / "test.jsonl", [told("hotel", "suite", 20), told("table", "table", 21)])
    asked = ["--train", str(train), "--test", str(test), "--tasks", str(tasks)]
    assert score.run([*asked, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["n"] == 10
    assert found["top-3"] >= found["top-1"] >= 0.8
    assert found["skipped"] == {"train": {}, "test": {}}
    assert score.run(asked) == 0
    assert "Of 10 decisions" in capsys.readouterr().out


def test_ranks_are_probabilities_and_the_same_every_time(tasks: Path, tmp_path: Path) -> None:
    graphs = scripts.read(tasks)
    train = written(tmp_path / "train.jsonl", [told("hotel", "room", number) for number in range(4)])
    decisions = dialogues.read(train, frozenset(graphs)).decisions
    one, two = (ranker.train(decisions, graphs).rank("hotel", [Situation()]) for _ in range(2))
    assert one == two
    assert sum(share for _, share in one[0]) == pytest.approx(1.0)
    assert one[0][0][0] == "hello"
    with pytest.raises(Invalid, match="no script"):
        ranker.train(decisions, graphs).rank("none", [Situation()])
    assert ranker.train(decisions, graphs).rank("hotel", []) == []


def test_what_tells_the_choice_is_not_looked_at(tmp_path: Path) -> None:
    read = dialogues.read(written(tmp_path / "one.jsonl", [told("hotel", "room", 0)]), frozenset(["hotel"]))
    first, *_, booked, last = (each.situation for each in read.decisions)
    assert first == Situation(since=("hi there",), last="customer")
    assert (booked.fresh, booked.request, booked.given, booked.inquiries) == (True, "Book", frozenset(["Day"]), 1)
    assert last.done == ("hello", "ask_name", "hotel_ask_day", "hotel_confirm")
    assert (last.fresh, last.since, last.last) == (False, ("thanks, bye",), "customer")


def test_free_words_of_an_agent_are_a_turn_but_no_decision(tmp_path: Path) -> None:
    dialogue = told("hotel", "room", 0)
    dialogue["Events"].insert(4, {"Agent": "Wizard", "Action": "utter", "Text": "One moment."})
    read = dialogues.read(written(tmp_path / "one.jsonl", [dialogue]), frozenset(["hotel"]))
    assert len(read.decisions) == 5
    assert read.decisions[1].situation.done == ("hello", FREE)


def test_dialogues_that_cannot_be_used_are_counted(tmp_path: Path) -> None:
    several, empty = told("hotel", "room", 1), told("hotel", "room", 2)
    several["Scenario"]["MultiTask"] = True
    empty["Events"] = []
    file = written(tmp_path / "some.jsonl", [several, empty, told("boat", "boat", 3), told("hotel", "room", 4)])
    read = dialogues.read(file, frozenset(["hotel"]))
    assert len(read.decisions) == 5
    assert read.skipped == {"of several tasks": 1, "without a decision": 1, "no script boat": 1}


@pytest.mark.parametrize(
    "line", ["{", "[]", "{}", '{"Scenario": {"MultiTask": false, "WizardCapabilities": []}}', "1"]
)
def test_a_line_that_is_no_dialogue_is_refused_with_its_number(tmp_path: Path, line: str) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text(f"\n{line}\n")
    with pytest.raises(Invalid, match="line 2, is no dialogue"):
        dialogues.read(file, frozenset(["hotel"]))


def test_a_file_without_decisions_measures_nothing(tasks: Path, tmp_path: Path) -> None:
    train = written(tmp_path / "train.jsonl", [told("hotel", "room", 1)])
    test = written(tmp_path / "test.jsonl", [told("boat", "boat", 2)])
    with pytest.raises(Invalid, match="no decision of a task"):
        score.run(["--train", str(train), "--test", str(test), "--tasks", str(tasks)])
    with pytest.raises(Invalid, match="no decision to learn from"):
        score.run(["--train", str(test), "--test", str(train), "--tasks", str(tasks)])


@pytest.mark.parametrize(
    ("text", "words"), [("{", "no JSON"), ("[]", "no object"), ('{"graph": {}}', "no graph and replies")]
)
def test_a_graph_at_fault_is_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "boat").mkdir()
    (tmp_path / "boat/boat.json").write_text(text)
    with pytest.raises(Invalid, match=words):
        scripts.read(tmp_path)


def test_a_folder_without_scripts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="has no script"):
        scripts.read(tmp_path)
    with pytest.raises(Invalid, match="no folder"):
        scripts.read(tmp_path / "none")


def test_a_graph_that_goes_round_has_an_end(tmp_path: Path) -> None:
    script = scripts.Script("round", {"a": "b", "b": "a", "start": "a"}, {"a": "A?", "b": "B?", "start": "S."})
    assert script.hops("start") == {"a": 1, "b": 2}
    assert set(script.depth) == {"a", "b", "start"}


def test_relations_are_the_ones_the_model_knows(tasks: Path) -> None:
    known = options.steps_of(scripts.read(tasks)["hotel"], options.Elsewhere([]))
    now = Situation(("hello",), ("hi",), ("yes, Monday?",), "", "result", True, {"Message": "available"}, 1)
    met = {name for each in options.relations(known, now, options.Meanings()) for name in each}
    assert met <= set(options.RELATIONS)


@pytest.mark.parametrize(
    ("step", "generic", "kind"),
    [
        ("hotel_ask_day", "ask_day", "ask"),
        ("plane_inform_nothing_found", "inform_nothing_found", "nothing"),
        ("goodbye_2", "bye", "bye"),
        ("ask_name", "ask_name", "ask"),
    ],
)
def test_a_step_is_known_by_what_it_does(step: str, generic: str, kind: str) -> None:
    assert (signs.generic(step), signs.kind(step)) == (generic, kind)
