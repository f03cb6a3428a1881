"""Jobs are done if and only if the change was kept, and again where a worker died under them."""

from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from procrastinate.contrib.django import app

from rapport.jobs import actions, jobs, queries
from rapport.kit import clock

pytestmark = pytest.mark.django_db


def in_state(state: str, *, silent_seconds: int | None, attempts: int = 0) -> int:
    """Make a job in this state, of a worker that has been silent so long (None: its worker is forgotten)."""
    with connection.cursor() as cursor:
        worker = None
        if silent_seconds is not None:
            cursor.execute(
                "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s))"
                " RETURNING id",
                [silent_seconds],
            )
            worker = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, worker_id, attempts)"
            " VALUES ('default', 'a.task', '{}', %s, %s, %s) RETURNING id",
            [state, worker, attempts],
        )
        return int(cursor.fetchone()[0])


def state_of(job_id: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text FROM procrastinate_jobs WHERE id = %s", [job_id])
        return str(cursor.fetchone()[0])


def test_a_job_of_a_change_that_was_rolled_back_is_never_done() -> None:
    with transaction.atomic():
        jobs.forget_old.defer(timestamp=0)
        transaction.set_rollback(True)
    assert queries.unfinished()["todo"] == 0


def test_a_job_whose_worker_died_is_queued_again() -> None:
    dead, forgotten = in_state("doing", silent_seconds=60), in_state("doing", silent_seconds=None)
    alive = in_state("doing", silent_seconds=5)

    assert async_to_sync(actions.retry_stalled)() == 2

    assert [state_of(each) for each in (dead, forgotten, alive)] == ["todo", "todo", "doing"]


def test_a_job_that_kills_its_worker_each_time_is_given_up() -> None:
    deadly = in_state("doing", silent_seconds=60, attempts=actions.ATTEMPTS)

    async_to_sync(actions.retry_stalled)()

    assert state_of(deadly) == "failed"
    assert queries.unfinished() == {"todo": 0, "doing": 0, "failed": 1}


def test_a_worker_is_alive_while_it_gives_signs_of_life() -> None:
    assert queries.is_worker_alive() is False
    in_state("doing", silent_seconds=60)
    assert queries.is_worker_alive() is False
    in_state("doing", silent_seconds=5)
    assert queries.is_worker_alive() is True


def test_sign_ins_that_ran_out_are_forgotten() -> None:
    for days, key in ((-1, "old"), (1, "new")):
        Session.objects.create(session_key=key, expire_date=clock.now() + timedelta(days=days))

    jobs.forget_sessions(timestamp=0)

    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]


def test_our_chores_run_by_the_clock() -> None:
    due = {entry.task.name: entry.cron for entry in app.periodic_registry.periodic_tasks.values()}
    assert due["jobs.retry_stalled"] == "* * * * *"
    assert due["jobs.forget_old"] == "17 3 * * *"
