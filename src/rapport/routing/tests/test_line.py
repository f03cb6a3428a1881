"""The line kept from turn to turn decides what a look at the whole floor decides, whatever happened before."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from rapport.routing.policy import (
    LONGEST_IDLE,
    ONE_EACH,
    By,
    Capacity,
    Choice,
    FloorState,
    Line,
    Need,
    Rep,
    Step,
    Waiting,
    decide,
)

PEOPLE = 6
CHOICES: tuple[Choice, ...] = (LONGEST_IDLE, Choice(By.LEAST_OCCUPIED), Choice(By.MOST_PROFICIENT))
CHOICES += tuple(Choice(random_share=1, seed=seed) for seed in range(5))
CONDITIONS = (
    Step(),
    Step((Need("cards", 2),)),
    Step((Need("cards", 3), Need("loans"))),
    Step(teams=("north",)),
    Step(people=(1,)),
    Step(people=(2, 3)),
)


class Beside:
    """A line, and beside it the floor in plain dictionaries, decided on afresh each time."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.capacity = random.choice((ONE_EACH, Capacity({"chat": 2}, occupancy_ceiling=0.8)))
        self.line = Line(self.capacity)
        self.contacts: dict[int, Waiting] = {}
        self.reps: dict[int, Rep] = {}
        self.now = 0.0

    def arrives(self) -> None:
        random = self.random
        steps = tuple(
            replace(
                random.choice(CONDITIONS),
                seconds=random.choice((None, 5, 20)),
                skip_if_absent=random.random() < 0.6,
            )
            for _ in range(random.randint(0, 3))
        )
        contact = Waiting(
            random.randint(1, PEOPLE),
            "main",
            self.now - random.choice((0, 10)),
            random.choice((0, 15)),
            steps,
            frozenset(random.sample(range(1, PEOPLE + 1), random.choice((0, 0, 2, 4)))),
            channel=random.choice(("chat", "voice")),
            choice=random.choice(CHOICES),
        )
        self.line.put_contact(contact)
        self.contacts[contact.id] = contact

    def leaves(self) -> None:
        contact = self.random.randint(1, PEOPLE)
        self.line.drop_contact(contact)
        self.contacts.pop(contact, None)

    def signs_in(self) -> None:
        random = self.random
        skills = {skill: random.randint(1, 4) for skill in random.sample(("cards", "loans"), random.randint(0, 2))}
        rep = Rep(random.randint(1, PEOPLE), skills, self.now, random.choice(("north", "south")))
        self.put(rep._replace(occupancy=random.choice((0.5, 0.7, 0.9))))

    def signs_out(self) -> None:
        rep = self.random.randint(1, PEOPLE)
        self.line.drop_rep(rep)
        self.reps.pop(rep, None)

    def changes(self) -> None:
        """A rep takes contacts or not, has something in hand or not, and has the skills and the team as before."""
        rep = self.reps.get(self.random.randint(1, PEOPLE))
        if rep is not None:
            handling = self.random.choice(({}, {}, {"chat": 1}))
            takes = self.random.random() < 0.6
            self.put(rep._replace(takes=takes, handling=handling, idle_since=self.now))

    def changes_team(self) -> None:
        rep = self.reps.get(self.random.randint(1, PEOPLE))
        if rep is not None:
            self.put(rep._replace(team=self.random.choice(("north", "south")), takes=self.random.random() < 0.6))

    def goes_on(self) -> None:
        self.now += self.random.choice((1, 5, 20))

    def put(self, rep: Rep) -> None:
        self.line.put_rep(rep)
        self.reps[rep.id] = rep

    def decide(self) -> None:
        waiting, reps = list(self.contacts.values()), list(self.reps.values())
        floor = FloorState(waiting, reps, self.capacity)
        afresh = decide(floor, self.now)
        assert self.line.decide(self.now) == afresh
        assert [one._replace(trace=None) for one in afresh] == decide(floor, self.now, traced=False)
        for one in afresh:
            del self.contacts[one.contact]
            self.reps[one.rep] = self.reps[one.rep]._replace(takes=False)


@given(st.integers(0))
def test_after_any_changes_the_line_decides_as_a_look_at_the_whole_floor(seed: int) -> None:
    beside = Beside(Random(seed))
    acts: tuple[Callable[[], None], ...] = (
        beside.arrives,
        beside.arrives,
        beside.leaves,
        beside.signs_in,
        beside.signs_in,
        beside.signs_out,
        beside.changes,
        beside.changes,
        beside.changes_team,
        beside.goes_on,
    )
    for _ in range(80):
        beside.random.choice(acts)()
        if beside.random.random() < 0.5:
            beside.decide()


def test_who_signs_in_makes_a_contact_wait_for_them_again_and_who_signs_out_sets_it_free() -> None:
    line = Line()
    steps = (Step(people=(7,), seconds=60, skip_if_absent=True), Step(people=(8,)))
    line.put_contact(Waiting(1, "main", 0, steps=steps))
    line.put_rep(Rep(8, takes=False))
    assert line.decide(1) == []
    assert line.explain(1, 1).step == 1
    line.put_rep(Rep(7, takes=False))
    assert line.explain(1, 2).step == 0
    line.put_rep(Rep(8))
    assert line.decide(3) == []
    line.drop_rep(7)
    assert [one.rep for one in line.decide(4)] == [8]


def test_who_changes_team_serves_another_line() -> None:
    line = Line()
    line.put_contact(Waiting(1, "main", 0, steps=(Step(teams=("north",)),)))
    line.put_rep(Rep(7, team="south"))
    assert line.decide(1) == []
    line.put_rep(Rep(7, team="north"))
    assert [one.rep for one in line.decide(2)] == [7]


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
    line.put_rep(Rep(7))
    line.put_rep(Rep(8, idle_since=-1))
    line.put_contact(Waiting(1, "main", 0, steps=(Step(people=(7, 8)),)))
    assert [one.rep for one in line.decide(2)] == [8]
    assert len(line._bench._groups) == before
    assert line._bench.seats[7].pools == []
