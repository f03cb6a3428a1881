"""DATABASE_URL is understood in the forms people use."""

from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.db import connection

from rapport.config import database_url
from rapport.kit.env import SettingError


def test_an_ordinary_address() -> None:
    found = database_url.parse("postgresql://ann:p%40ss@db.example.org:5433/work?sslmode=require")
    assert found["USER"] == "ann"
    assert found["PASSWORD"] == "p@ss"
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example.org", "5433", "work")
    assert found["OPTIONS"] == {"sslmode": "require"}


def test_a_socket() -> None:
    found = database_url.parse("postgres:///work?host=/run/postgresql&user=ann&port=5434")
    assert (found["HOST"], found["PORT"], found["USER"]) == ("/run/postgresql", "5434", "ann")


def test_the_embedded_server_has_an_address_of_its_own_in_each_home() -> None:
    found = database_url.parse(database_url.embedded(Path("/a/home")))
    assert found["HOST"] == str(database_url.socket_folder(Path("/a/home")))
    assert database_url.embedded(Path("/a/home")) != database_url.embedded(Path("/b/home"))
    assert len(str(database_url.socket_folder(Path("/a" * 400)))) < 90


@pytest.mark.parametrize("url", ["sqlite:///x", "postgresql://host", "postgresql://host:port/x", "nonsense"])
def test_what_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(SettingError, match=r"must look like postgresql://user:password@host:5432/name"):
        database_url.parse(url)


@pytest.mark.django_db
def test_what_is_asked_often_is_planned_once() -> None:
    for _ in range(8):
        assert not Session.objects.filter(session_key="none").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", ["%django_session%"])
        assert cursor.fetchone() == (1,)
