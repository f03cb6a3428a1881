"""What guides were before they were documents is read as a document."""

from importlib import import_module

from rapport.guides.definition.reading import read_guide

migration = import_module("rapport.guides.migrations.0005_documents")


def test_lists_of_steps_become_guides() -> None:
    steps = [
        {
            "key": "greet",
            "title": "Greet",
            "words": "Hi {name}, I am {rep}. {x}",
            "kind": "say",
            "touch_point": "",
        },
        {"key": "why", "title": "Why", "words": "", "kind": "ask", "touch_point": "required"},
        {"key": "legal", "title": "Read", "words": 'Say "so".\nAll.', "kind": "say", "touch_point": "verbatim"},
        {"key": "end", "title": "A tip", "words": "Tip", "kind": "ask", "touch_point": "optional"},
    ]
    guide = read_guide(migration.text_of("A fee", "fee", steps))
    assert (guide.name, guide.for_.reasons) == ("A fee", ["fee"])
    assert [(step.kind, step.touch_point, step.required) for step in guide.steps] == [
        ("say", "", ""),
        ("say", "free", "always"),
        ("say", "verbatim", "always"),
        ("ask", "free", ""),
    ]
    assert guide.steps[0].words == "Hi {customer.first_name|}, I am {rep.name}. (x)"
    assert guide.steps[2].words == 'Say "so".\nAll.'
    assert read_guide(migration.text_of("General", None, steps[:1])).for_.reasons == []
