"""Random floors, and the policy's rules said again in the plainest way."""

from hypothesis import strategies as st

from rapport.routing.policy import (
    LONGEST_IDLE,
    ONE_EACH,
    By,
    Capacity,
    Choice,
    FloorState,
    Need,
    Rep,
    Scores,
    Step,
    Waiting,
)

NOW = 100.0
SKILLS = ("german", "cards")
CHANNELS = ("chat", "voice")
TEAMS = ("north", "south")
TIERS = ("junior", "senior")
KINDS = (("fees", "gold"), ("fees", ""))

needs = st.lists(st.builds(Need, st.sampled_from(SKILLS), st.integers(1, 4)), max_size=2).map(tuple)
steps = st.lists(
    st.builds(
        Step,
        needs,
        st.sampled_from((None, 0, 10, 30)),
        teams=st.sampled_from(((), (), (), TEAMS[:1], TEAMS)),
        tiers=st.sampled_from(((), (), (), TIERS[:1], TIERS)),
        people=st.sampled_from(((), (), (), (1,), (2, 3), (9,))),
        skip_if_absent=st.booleans(),
    ),
    max_size=3,
).map(tuple)
choices = st.just(LONGEST_IDLE) | st.builds(
    Choice, st.sampled_from(By), st.sampled_from((0, 0, 0.5, 1)), st.integers(0, 3)
)
one_rep = st.builds(
    Rep,
    st.integers(1, 8),
    st.dictionaries(st.sampled_from(SKILLS), st.integers(2, 5)),
    st.integers(0, 5),
    team=st.sampled_from(TEAMS),
    tier=st.sampled_from(TIERS),
    handling=st.sampled_from(({}, {}, {}, {}, {"chat": 1}, {"chat": 2}, {"voice": 1}, {"voice": 0})),
    occupancy=st.sampled_from((0.5, 0.0, 0.8, 0.9)),
    takes=st.sampled_from((True, True, True, True, False)),
)
one_contact = st.builds(
    Waiting,
    st.integers(1, 8),
    st.just("main"),
    st.sampled_from((100, 85, 60, 0)),
    st.sampled_from((0, 90)),
    steps,
    st.just(frozenset()) | st.frozensets(st.integers(1, 8), max_size=4),
    channel=st.sampled_from(CHANNELS),
    kind=st.sampled_from(KINDS),
    choice=choices,
)
reps = st.lists(one_rep, min_size=1, max_size=8, unique_by=lambda rep: rep.id)
contacts = st.lists(one_contact, min_size=1, max_size=6, unique_by=lambda contact: contact.id)
capacities = st.just(ONE_EACH) | st.builds(
    Capacity,
    st.just({"chat": 2}) | st.just({"chat": 2, "voice": 2}),
    st.just({}) | st.just({"chat": frozenset({"voice"})}),
    st.none() | st.just(0.8),
)
scores = st.builds(
    Scores,
    st.dictionaries(st.tuples(st.sampled_from(KINDS), st.integers(1, 8)), st.sampled_from((0.1, 0.5, 0.9))),
    st.just(0.5),
)
floors = st.builds(FloorState, contacts, reps, capacities, scores)


def meets(rep: Rep, step: Step) -> bool:
    """Whether the rep fits the step, busy or not."""
    return (
        all(rep.skills.get(need.skill, 0) >= need.level for need in step.needs)
        and rep.team in (step.teams or (rep.team,))
        and rep.tier in (step.tiers or (rep.tier,))
        and rep.id in (step.people or (rep.id,))
    )


def can_take(rep: Rep, contact: Waiting, capacity: Capacity) -> bool:
    """Whether the rep could be offered something of the contact's channel, whatever it asks for."""
    if not rep.takes or (capacity.occupancy_ceiling is not None and rep.occupancy > capacity.occupancy_ceiling):
        return False
    beside = capacity.beside.get(contact.channel, frozenset())
    others = {channel for channel, count in rep.handling.items() if count} - {contact.channel}
    return rep.handling.get(contact.channel, 0) < capacity.limits.get(contact.channel, 1) and others <= beside


def steps_that_count(contact: Waiting, floor: FloorState, now: float = NOW) -> list[Step]:
    """The steps a contact has reached."""
    if not contact.steps:
        return [Step()]
    counting, begin = [contact.steps[0]], contact.placed_at
    for step, following in zip(contact.steps, contact.steps[1:], strict=False):
        absent = step.skip_if_absent and not any(meets(rep, step) for rep in floor.reps)
        if not absent and step.seconds is None:
            break
        begin += 0 if absent else step.seconds or 0
        if begin > now:
            break
        counting.append(following)
    return counting


def may_serve(rep: Rep, contact: Waiting, floor: FloorState, now: float = NOW) -> bool:
    """Whether the rep is eligible for the contact."""
    fits = any(meets(rep, step) for step in steps_that_count(contact, floor, now))
    return fits and can_take(rep, contact, floor.capacity)


def place_of(contact: Waiting) -> tuple[float, int]:
    """Where the contact stands in the order of the queue."""
    return contact.placed_at - contact.head_start_seconds, contact.id


def best_first(
    contact: Waiting, left: list[Rep], floor: FloorState
) -> list[tuple[bool, int, float, int, float, int]]:
    """Those of the reps who may serve the contact: asked before, step, what the choice says, in hand, idle, id."""
    counting = steps_that_count(contact, floor)
    found = []
    for rep in left:
        if may_serve(rep, contact, floor):
            step = next(index for index, step in enumerate(counting) if meets(rep, step))
            first = {
                By.LONGEST_IDLE: 0.0,
                By.LEAST_OCCUPIED: rep.occupancy,
                By.MOST_PROFICIENT: -sum(rep.skills.get(need.skill, 0) for need in counting[step].needs),
                By.BEST_OUTCOME: -floor.scores.of(contact.kind, rep.id),
            }[contact.choice.by]
            found.append(
                (rep.id in contact.passed_by, step, first, sum(rep.handling.values()), rep.idle_since, rep.id)
            )
    return sorted(found)
