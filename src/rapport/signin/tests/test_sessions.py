"""Where a person is signed in, for how long, and how it ends."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from rapport.accounts import actions as accounts
from rapport.conftest import World
from rapport.events.queries import history_of
from rapport.kit import clock
from rapport.signin import actions, factors, queries
from rapport.signin.jobs import forget_ended
from rapport.signin.models import SignIn

PASSWORD = "correct horse battery"
DESK = "/at/cards/desk/"
PART = {"HX-Request": "true"}


@pytest.fixture
def rep(world: World) -> World:
    world.rep.user.set_password(PASSWORD)
    world.rep.user.save()
    return world


def signed_in(agent: str = "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0") -> Client:
    client = Client(headers={"user-agent": agent})
    assert client.post("/sign-in/", {"username": "rep", "password": PASSWORD}).status_code == 302
    return client


def is_in(client: Client, **more: Any) -> bool:
    return client.get(DESK, **more).status_code == 200


def events(world: World, name: str) -> list[Any]:
    return [one for one in history_of(world.programme, world.rep.user.public_id) if one.name == name]


def test_the_owner_sees_their_sessions_and_ends_one(rep: World) -> None:
    here, there = signed_in(), signed_in("Mozilla/5.0 (iPhone) Version/18.0 Safari/604.1")
    page = here.get("/account/").content.decode()
    assert "Firefox on Windows" in page
    assert "Safari on iPhone" in page
    other = SignIn.objects.get(browser__contains="iPhone")
    here.post(f"/account/sessions/{other.public_id}/end/")
    assert is_in(here)
    assert not is_in(there)
    assert "You ended this session from another browser." in there.get("/sign-in/").content.decode()
    [event] = events(rep, "session.ended")
    assert event.data == {"why": "by_owner"}
    assert not is_in(there), "it stays ended"


def test_all_others_end_at_once(rep: World) -> None:
    here, *others = signed_in(), signed_in(), signed_in()
    here.post("/account/sessions/others/end/")
    assert [is_in(one) for one in (here, *others)] == [True, False, False]


def test_nobody_ends_anothers_session(rep: World) -> None:
    there = signed_in()
    stranger = Client()
    stranger.force_login(rep.second_rep.user)
    theirs = SignIn.objects.get(user=rep.rep.user)
    assert stranger.post(f"/account/sessions/{theirs.public_id}/end/").status_code == 404
    assert stranger.post(f"/account/sessions/{uuid4()}/end/").status_code == 404
    assert is_in(there)


def test_a_supervisor_sees_and_ends_sessions_of_the_programme(rep: World) -> None:
    there = signed_in()
    supervisor = Client()
    supervisor.force_login(rep.supervisor.user)
    page = supervisor.get("/at/cards/sessions/").content.decode()
    assert "End the session of Rep in Firefox on Windows" in page
    theirs = SignIn.objects.get(user=rep.rep.user)
    assert supervisor.post(f"/at/cards/sessions/{theirs.public_id}/end/").status_code == 302
    assert not is_in(there)
    assert "by who looks after your programme" in there.get("/sign-in/").content.decode()
    [event] = events(rep, "session.ended")
    assert event.data == {"why": "by_supervisor"}
    assert event.actor == f"member:{rep.supervisor.pk}"


def test_sessions_of_another_programme_are_not_a_supervisors(rep: World) -> None:
    outsider = Client()
    outsider.force_login(rep.outsider.user)
    outsider.get("/account/")
    supervisor = Client()
    supervisor.force_login(rep.supervisor.user)
    assert "Outsider" not in supervisor.get("/at/cards/sessions/").content.decode()
    theirs = SignIn.objects.get(user=rep.outsider.user)
    assert supervisor.post(f"/at/cards/sessions/{theirs.public_id}/end/").status_code == 404
    assert outsider.get("/account/").status_code == 200


def test_a_rep_ends_nobody(rep: World) -> None:
    client = signed_in()
    assert client.get("/at/cards/sessions/").status_code == 403


def test_a_new_password_ends_the_sessions_elsewhere(rep: World) -> None:
    here, there = signed_in(), signed_in()
    new = "four words in a row"
    page = here.post("/account/password/", {"new": new, "again": new})
    assert "Your password is changed" in page.content.decode()
    assert is_in(here)
    assert not is_in(there)
    assert Client().post("/sign-in/", {"username": "rep", "password": PASSWORD}).status_code == 422
    assert Client().post("/sign-in/", {"username": "rep", "password": new}).status_code == 302


@pytest.mark.parametrize("weak", ["short", "P4ssword1234!", "rapportrapport", "rep is my name 1"])
def test_a_weak_password_is_refused(rep: World, weak: str) -> None:
    rep.rep.user.username = "rep is my name"
    rep.rep.user.save()
    client = Client()
    client.post("/sign-in/", {"username": "rep is my name", "password": PASSWORD})
    assert client.post("/account/password/", {"new": weak, "again": weak}).status_code == 422


def test_who_signs_in_through_their_company_makes_no_password_here(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(factors, "is_fresh", lambda *_: True)  # they came a moment ago
    client = Client()
    client.force_login(world.second_rep.user)
    new = "four words in a row"
    assert client.post("/account/password/", {"new": new, "again": new}).status_code == 403
    world.second_rep.user.refresh_from_db()
    assert not world.second_rep.user.has_usable_password()


def test_who_does_nothing_is_signed_out(rep: World) -> None:
    client = signed_in()
    began = clock.now()
    for minutes in (20, 40, 60):  # a page every twenty minutes
        with clock.at(began + timedelta(minutes=minutes)):
            assert is_in(client)
    with clock.at(began + timedelta(minutes=91)):
        assert not is_in(client)
        assert "nothing was done here" in client.get("/sign-in/").content.decode()


def test_an_open_page_alone_is_nothing_done(rep: World) -> None:
    client = signed_in()
    began = clock.now()
    for minutes in (10, 20, 29):
        with clock.at(began + timedelta(minutes=minutes)):
            assert is_in(client, headers=PART)
            assert client.post(f"{DESK}pulse/", headers={"Sec-Fetch-Mode": "cors"}).status_code < 300
    with clock.at(began + timedelta(minutes=31)):
        assert not is_in(client, headers=PART)


def test_typing_is_something_done(rep: World) -> None:
    client = signed_in()
    began = clock.now()
    for minutes in range(10, 70, 10):
        with clock.at(began + timedelta(minutes=minutes)):
            assert is_in(client, headers={**PART, "Rapport-Idle": "40"})


def test_a_session_has_a_latest_end(rep: World) -> None:
    rep.programme.session_hours = 1
    rep.programme.save()
    client = signed_in()
    began = clock.now()
    with clock.at(began + timedelta(minutes=29)):
        assert is_in(client)
    with clock.at(began + timedelta(minutes=58)):
        assert is_in(client)
    with clock.at(began + timedelta(minutes=61)):
        assert not is_in(client)
        assert "longest time" in client.get("/sign-in/").content.decode()


def test_a_session_whose_row_has_expired_opens_nothing(rep: World) -> None:
    client = signed_in()
    assert is_in(client)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert not is_in(client)


def test_who_is_shut_out_is_told_and_no_session_is_listed(rep: World) -> None:
    client = signed_in()
    accounts.shut_out(user=rep.rep.user, why="test")
    rep.rep.user.refresh_from_db()
    assert queries.open_sign_ins(rep.rep.user) == []
    assert not is_in(client)
    assert "your access has changed" in client.get("/sign-in/").content.decode()
    assert SignIn.objects.get().why == "shut_out"


def test_who_is_blocked_has_no_session_left(rep: World) -> None:
    signed_in()
    accounts.set_active(user=rep.rep.user, is_active=False, why="test")
    assert actions.end_lapsed() == 1
    assert SignIn.objects.get().why == "shut_out"


def test_what_lapsed_ends_without_a_request(rep: World) -> None:
    signed_in()
    with clock.at(clock.now() + timedelta(minutes=31)):
        assert actions.end_lapsed() == 1
        assert actions.end_lapsed() == 0
    assert SignIn.objects.get().why == "idle"


def test_sign_ins_that_ended_long_ago_are_forgotten(rep: World, settings: Any) -> None:
    settings.SIGN_INS_KEPT_DAYS = 30
    signed_in(), signed_in(), signed_in()
    open_one, ended, long_ago = SignIn.objects.order_by("pk")
    for one, days in ((ended, 29), (long_ago, 31)):
        SignIn.objects.filter(pk=one.pk).update(ended_at=clock.now() - timedelta(days=days))
    forget_ended.func(timestamp=0)
    forget_ended.func(timestamp=0)
    assert list(SignIn.objects.order_by("pk")) == [open_one, ended]
