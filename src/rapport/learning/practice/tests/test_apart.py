"""Practice stands apart: scored where it was held, left alone by the clock, and nothing comes in from outside."""

from datetime import timedelta
from inspect import iscoroutinefunction
from pathlib import Path

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from rapport.accounts.cli import person as person_cli
from rapport.accounts.cli import token as token_cli
from rapport.conftest import World, stand_in
from rapport.customers.importing import cli as customers_cli
from rapport.events.models import Event
from rapport.feeds import actions as feeds
from rapport.feeds import cli as feeds_cli
from rapport.kit import clock
from rapport.kit.errors import Conflict
from rapport.kit.walls import inside
from rapport.learning.practice.tests.stage import a_practice_programme, a_scorecard, contact_of, counted, held
from rapport.learning.tests.stage import client_of
from rapport.quality import scorecards
from rapport.quality.access import access_scorecard
from rapport.quality.models import Evaluation, Selection
from rapport.recognition import cli as rally_cli

QUALITY = "/at/cards-practice/quality/"


def test_a_supervisor_scores_it_where_it_was_held_and_the_rep_reads_it(world: World) -> None:
    a_scorecard(world)
    practice = a_practice_programme(world)
    before = counted(world.programme)
    row = held(world)
    contact = contact_of(row).public_id
    lead, rep = client_of(world.supervisor), client_of(world.rep)
    choose = f"{QUALITY}contacts/{contact}/"
    assert lead.get(choose).status_code == 404  # nobody has let them in yet
    page = lead.post(f"/at/cards/learning/practice/{row.public_id}/look/").url
    assert choose in lead.get(page).text and "Listening" in lead.get(choose).text
    assert lead.post(f"{choose}choose/", {"scorecard": "listening", "origin": "hand"}).status_code == 302
    with inside(practice.pk):
        selection = Selection.objects.get()
    to = lead.post(f"{QUALITY}selections/{selection.public_id}/begin/").url
    form = lead.get(to).text
    assert "Were all touch points covered?" in form and "It costs too much" in form
    given = {"answer.heard": "1", "answer.touch": "0", "comment.touch": "Not asked where to"}
    assert lead.post(f"{to}submit/", {**given, "strengths": "Heard the reason"}).url == to
    with inside(practice.pk):
        score = Evaluation.objects.get()
        assert (score.score, score.rep.user_id, score.stands) == (600, world.rep.user_id, True)
    assert "Heard the reason" in rep.get(to).text
    assert rep.post(f"{to}acknowledge/", {"reply": "Thank you"}).url == to
    other = client_of(world.second_rep)
    assert other.get(to).status_code == 404
    assert counted(world.programme) == before


def test_what_the_clock_brings_leaves_practice_alone_but_to_keep_house(world: World) -> None:
    a_scorecard(world)
    practice = a_practice_programme(world)
    row = held(world)
    with inside(practice.pk):
        card = access_scorecard(practice, "listening")
        scorecards.set_rule(row=card, each=1, every="week", asks_self=True, by=row.member, actor="test")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    before = counted(practice)
    first = clock.now().replace(day=1, hour=4) + timedelta(days=32)
    for day in range(2):
        with clock.at(first + timedelta(days=day)):
            for one in app.periodic_registry.periodic_tasks.values():
                if not iscoroutinefunction(one.task.func):  # those are the installation's own
                    one.task.func(timestamp=0)
    grew = {name for name, count in counted(practice).items() if count != before[name]}
    assert {name for name in grew if not name.startswith("audit_")} <= {"events_event"}
    with inside(practice.pk):
        told = Event.objects.filter(at__gte=first).values_list("name", flat=True)
        assert {name for name in told if not name.startswith(("record.", "digest."))} == set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_name FROM procrastinate_jobs WHERE args->>'programme_id' = %s", [str(practice.pk)]
        )
        assert cursor.fetchall() == []


def test_nothing_comes_in_from_outside_where_people_practise(world: World, tmp_path: Path) -> None:
    practice = a_practice_programme(world)
    before = counted(practice)
    file = tmp_path / "customers.csv"
    file.write_text("id,name\n1,Ada\n")
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('key = "id"\n')
    stand_in(None)
    at = ["--programme", practice.key]
    for run, arguments in (
        (feeds_cli.run, ["list"]),
        (feeds_cli.run, ["contract", "customers", "--file", str(mapping)]),
        (customers_cli.run, [str(file), "--mapping", str(mapping)]),
        (rally_cli.run, []),
        (token_cli.run, ["--name", "x"]),
        (person_cli.run, ["x"]),
    ):
        with pytest.raises(Conflict, match="name the programme itself"):
            run([*arguments, *at])
    with inside(practice.pk), pytest.raises(Conflict, match="name the programme itself"):
        feeds.receive(programme=practice, feed="customers", path=file, actor="test")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'feedback.invite'")
        assert cursor.fetchone() == (0,)
    assert counted(practice) == before
