"""The line kept from turn to turn decides what a look at the whole floor decides, whatever happened before."""

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rapport.routing.policy import Assignment, Capacity, FloorState, Line, Need, Rep, Scores, Step, Waiting, decide
from rapport.routing.tests.floors import capacities, one_contact, one_rep, scores

put_contact = st.tuples(st.just("put_contact"), one_contact)
put_rep = st.tuples(st.just("put_rep"), one_rep)
drop_contact = st.tuples(st.just("drop_contact"), st.integers(1, 8))
drop_rep = st.tuples(st.just("drop_rep"), st.integers(1, 8))
freed = st.tuples(st.just("freed"), st.integers(1, 8))
later = st.tuples(st.just("decide"), st.sampled_from((0, 1, 20, 60)))
changes = st.lists(
    st.one_of(put_contact, put_contact, put_rep, put_rep, drop_contact, drop_rep, freed, later, later)
)


class Beside:
    """A line, and beside it the floor in plain dictionaries, decided on afresh each time."""

    def __init__(self, capacity: Capacity, known: Scores) -> None:
        self.line = Line(capacity, known)
        self.capacity = capacity
        self.scores = known
        self.contacts: dict[int, Waiting] = {}
        self.reps: dict[int, Rep] = {}
        self.now = 60.0

    def put_contact(self, contact: Waiting) -> None:
        self.line.put_contact(contact)
        self.contacts[contact.id] = contact

    def put_rep(self, rep: Rep) -> None:
        self.line.put_rep(rep)
        self.reps[rep.id] = rep

    def drop_contact(self, contact: int) -> None:
        self.line.drop_contact(contact)
        self.contacts.pop(contact, None)

    def drop_rep(self, rep: int) -> None:
        self.line.drop_rep(rep)
        self.reps.pop(rep, None)

    def freed(self, rep: int) -> None:
        """The rep can do what they could, has nothing in hand and takes contacts again."""
        if rep in self.reps:
            self.put_rep(self.reps[rep]._replace(takes=True, handling={}, idle_since=self.now))

    def decide(self, seconds: int) -> None:
        self.now += seconds
        floor = FloorState(list(self.contacts.values()), list(self.reps.values()), self.capacity, self.scores)
        afresh = decide(floor, self.now, traced=False)
        explained = {one.contact: one.trace for one in decide(floor, self.now)}
        made = self.line.decide(self.now)
        assert [Assignment(one.contact, one.rep) for one in made] == afresh
        assert {one.contact: one.trace for one in made} == explained
        for one in made:
            del self.contacts[one.contact]
            self.reps[one.rep] = self.reps[one.rep]._replace(takes=False)


@given(capacities, scores, changes)
def test_after_any_changes_the_line_decides_as_a_look_at_the_whole_floor(
    capacity: Capacity, known: Scores, changes: list[tuple[str, Any]]
) -> None:
    beside = Beside(capacity, known)
    for name, value in changes:
        act: Callable[[Any], None] = getattr(beside, name)
        act(value)
    for _ in range(3):
        beside.decide(40)


def test_the_time_of_the_next_change_is_known() -> None:
    line = Line()
    assert line.next_due is None
    line.put_contact(Waiting(1, "main", 100, steps=(Step((Need("german"),), 30), Step(seconds=30), Step())))
    assert line.decide(100) == []
    assert line.next_due == 130
    line.put_rep(Rep(7))
    assert line.decide(129) == []
    assert [one.rep for one in line.decide(130)] == [7]


def test_a_clock_that_steps_back_stands_still() -> None:
    line = Line()
    line.decide(200)
    line.put_contact(Waiting(1, "main", 100, steps=(Step((Need("german"),), 30), Step())))
    line.put_rep(Rep(7))
    assert [one.rep for one in line.decide(100)] == [7]


def test_groups_of_named_people_go_with_the_last_contact_that_asks_for_them() -> None:
    line = Line()
    line.put_rep(Rep(7, takes=False))
    line.decide(0)
    before = len(line._bench._groups)
    for number in range(50):
        line.put_contact(Waiting(number, "main", 0, steps=(Step(people=(7, 1000 + number)),)))
    line.decide(1)
    assert len(line._bench._groups) == before + 50
    for number in range(50):
        line.drop_contact(number)
    assert len(line._bench._groups) == before
    assert not line._bench._by_person
