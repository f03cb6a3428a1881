"""Several at once, on real connections: the customer answers once, and a rep has one practice."""

from functools import partial

from rapport.channels.chat.queries import messages_of
from rapport.conftest import World
from rapport.kit.walls import inside
from rapport.learning.practice import actions, jobs
from rapport.learning.practice.models import Practice
from rapport.learning.practice.setting_up import set_up
from rapport.learning.practice.tests.stage import a_practice_programme, said, says, stock, taken
from rapport.routing.tests.test_together import at_once


def test_two_jobs_at_once_answer_once(committed_world: World) -> None:
    a_practice_programme(committed_world)
    row = taken(committed_world)
    for words, count in (("Hello", 3), ("Hm", 5), ("Hm, hm", 7)):
        says(row, words)
        at_once(*[partial(jobs.reply, programme_id=row.programme_id, practice_id=row.pk)] * 4)
        assert len(said(row)) == count
    with inside(row.programme_id):
        assert len({one.client_id for one in messages_of(row.contact)}) == len(messages_of(row.contact))


def test_a_rep_who_presses_twice_has_one_practice(committed_world: World) -> None:
    practice = a_practice_programme(committed_world)
    made = at_once(*[partial(actions.begin, member=committed_world.rep, persona="open")] * 3)
    assert sum(isinstance(one, Practice) for one in made) == 1
    with inside(practice.pk):
        assert Practice.objects.count() == 1


def test_it_is_set_up_once_however_many_do_so_at_once(committed_world: World) -> None:
    stock(committed_world)
    made = at_once(*[partial(set_up, programme=committed_world.programme, actor="test")] * 3)
    assert {getattr(one, "pk", one) for one in made} == {made[0].pk}
