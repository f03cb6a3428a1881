"""What is wrong with a guide beyond its form, each with its place: the structure here, names and words beside."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rapport.guides.definition import graph
from rapport.guides.definition.known import NOTHING_KNOWN, Known, unknown
from rapport.guides.definition.names import conditions, insertions, outside, reached
from rapport.guides.definition.rules import END, Guide, Step
from rapport.kit.documents import Fault
from rapport.kit.lines import Path

LONG_WORDS = 600
SAVES = ("contact", "value_given", "file:name", "file:likes", "file:language", "file:email", "file:phone")
OF_A_SKILL = 'Levels are of a skill; say which: [freedom] skill = "…".'


def faults_of(guide: Guide, known: Known = NOTHING_KNOWN) -> list[Fault]:
    """Return all that is wrong with the guide; where its steps lead is looked at once they lead somewhere."""
    twice = [*_twice(guide)]
    if twice:
        return twice
    found = [
        *_of_each(guide, _fields),
        *_of_each(guide, _touch_point),
        *_of_each(guide, _kind),
        *_declared(guide),
        *_freedom(guide),
        *conditions(guide),
        *insertions(guide),
        *outside(guide, known),
        *reached(guide, known),
    ]
    leading = [*_targets(guide)]
    return [*found, *(leading or _ways(guide))]


def warnings_of(guide: Guide) -> list[Fault]:
    """Return what may be meant and is unusual; nothing is refused for it."""
    asked = {key for step in guide.steps for key in (*step.asks, *step.gives)}
    found = [Fault(("fields", key), f"No step asks for {key!r}.") for key in guide.fields if key not in asked]
    if not any(step.kind == "close" for step in guide.steps):
        found.append(Fault(("steps",), "No step closes: say what was done, what happens next, and thanks."))
    for place, step in enumerate(guide.steps):
        here: Path = ("steps", place)
        if len(step.words) > LONG_WORDS:
            found.append(Fault((*here, "words"), f"{len(step.words)} characters are much to read while talking."))
        if guide.self_service and step.kind == "do" and step.connector and not step.rep_only:
            words = "Anybody can have this done alone, whoever they say they are. rep_only leaves it to a person."
            found.append(Fault((*here, "connector"), words))
        if step.touch_point == "verbatim" and step.rephrase_from:
            words = "What is said word for word may be rephrased here; is no law against that?"
            found.append(Fault((*here, "rephrase_from"), words))
    return found


def _of_each(guide: Guide, check: Callable[[Guide, Step], Iterator[tuple[str, str]]]) -> Iterator[Fault]:
    for place, step in enumerate(guide.steps):
        for part, words in check(guide, step):
            yield Fault(("steps", place, part) if part else ("steps", place), words)


def _twice(guide: Guide) -> Iterator[Fault]:
    for place, step in enumerate(guide.steps):
        first = guide.place_of[step.key]  # where several share a key, this is the last of them
        if step.key == END:
            yield Fault(("steps", place, "key"), "No step can have the key 'end': it says where a guide ends.")
        if first != place:
            words = f"Two steps have the key {step.key!r}; every step needs its own."
            yield Fault(("steps", first, "key"), words)


def _touch_point(guide: Guide, step: Step) -> Iterator[tuple[str, str]]:
    form, needs = step.touch_point, step.required
    says = bool(step.words.strip())
    for is_wrong, part, words in (
        (
            needs and not form,
            "required",
            "Only a touch point is: touch_point = verbatim, guided or free.",
        ),
        (needs == "when" and not step.when, "required", "Say when: a list of conditions."),
        (step.when and needs != "when", "when", 'They say when it is required: required = "when" is missing.'),
        (form == "verbatim" and not says, "touch_point", "What is said word for word needs its words."),
        (form == "guided" and not (step.points or says), "touch_point", "It needs points to cover, or words."),
        (
            step.reorder_from and not step.fixed_order,
            "reorder_from",
            "It has no fixed order; anybody may.",
        ),
        (step.skip_from and not needs, "skip_from", "It is not required; anybody may leave it out."),
    ):
        if is_wrong:
            yield part, words
    for part in ("rephrase_from", "reorder_from", "skip_from"):
        if getattr(step, part) is not None and not guide.freedom.skill:
            yield part, OF_A_SKILL
        if getattr(step, part) is not None and not form:
            yield part, "It has no touch point, so everybody may do without it."


def _kind(_guide: Guide, step: Step) -> Iterator[tuple[str, str]]:
    kind = step.kind
    has_words = bool(step.words.strip() or step.points)
    has_more = has_words or bool(step.touch_point or step.asks or step.aside)
    leads = bool(step.next or step.branches or step.required or step.fixed_order)
    for is_wrong, part, words in (
        (
            kind == "ask" and not (step.asks or has_words),
            "kind",
            "It asks nothing: name fields or say the words.",
        ),
        (kind == "branch" and not step.branches, "kind", "It has no branches."),
        (
            kind == "branch" and has_more,
            "kind",
            "A branch is passed unseen: no words, fields, touch point.",
        ),
        (step.branches and not step.next, "branches", "Say where it goes otherwise: next = a step, or end."),
        (kind != "do" and step.connector, "connector", "Only a do step reaches the partner's system."),
        (step.gives and not step.connector, "gives", "Nothing is answered without a connector."),
        (
            kind == "do" and not (step.connector or has_words),
            "kind",
            "Name a connector, or say what to do.",
        ),
        (kind == "offer" and not step.slot, "kind", "Name the slot of offers that opens here."),
        (kind != "offer" and step.slot, "slot", "Only an offer step opens a slot."),
        (step.aside and leads, "aside", "After an aside the guide goes on where it was; it is never required."),
    ):
        if is_wrong:
            yield part, words


def _fields(guide: Guide, step: Step) -> Iterator[tuple[str, str]]:
    for part in ("asks", "gives"):
        for key in getattr(step, part):
            if key not in guide.fields:
                yield part, unknown("field", key, guide.fields)


def _declared(guide: Guide) -> Iterator[Fault]:
    for key, field in guide.fields.items():
        here: Path = ("fields", key)
        if (field.type == "choice") != bool(field.choices):
            words = "A choice needs its choices." if field.type == "choice" else "Only a choice has choices."
            yield Fault(here, words)
        if len(set(field.choices)) < len(field.choices):
            yield Fault((*here, "choices"), "One of the choices is there twice.")
        if (field.least is not None or field.most is not None) and field.type not in ("number", "money"):
            yield Fault(here, "Only a number or money has a least and a most.")
        if field.least is not None and field.most is not None and field.least > field.most:
            yield Fault((*here, "least"), "The least is more than the most.")
        if field.saves not in SAVES:
            yield Fault((*here, "saves"), f"{field.saves!r} is nothing to save to; there are: {', '.join(SAVES)}.")


def _freedom(guide: Guide) -> Iterator[Fault]:
    if guide.freedom.quiet_from is not None and not guide.freedom.skill:
        yield Fault(("freedom", "quiet_from"), OF_A_SKILL)


def _targets(guide: Guide) -> Iterator[Fault]:
    for place, step in enumerate(guide.steps):
        here: Path = ("steps", place)
        named = [((*here, "next"), step.next)] if step.next else []
        named += [((*here, "branches", number, "to"), one.to) for number, one in enumerate(step.branches)]
        for path, to in named:
            if to != END and to not in guide.by_key:
                yield Fault(path, unknown("step", to, guide.by_key))
            elif to in guide.by_key and guide.by_key[to].aside:
                yield Fault(path, f"{to!r} is an aside, which no step leads to.")
            elif to == step.key:
                yield Fault(path, "It leads to itself.")


def _ways(guide: Guide) -> Iterator[Fault]:
    start = graph.first(guide)
    if start == END:
        yield Fault(("steps",), "Every step is an aside; a guide needs a step to begin with.")
        return
    reached = graph.reached(guide, [start])
    for place, step in enumerate(guide.steps):
        if step.key not in reached and not step.aside:
            yield Fault(("steps", place), f"No way leads to {step.key!r}.")
    for key in graph.without_end(guide):
        words = f"From {key!r} there is no way to the end: it goes round and round."
        yield Fault(("steps", guide.place_of[key]), words)
    for key in graph.branching_only(guide):
        yield Fault(("steps", guide.place_of[key]), f"{key!r} branches round to itself with no step between.")
    last = [step for step in guide.steps if not step.aside][-1]
    if not last.next and last.kind != "close":
        words = 'The last step leads nowhere: let it close, or say next = "end".'
        yield Fault(("steps", guide.place_of[last.key]), words)
