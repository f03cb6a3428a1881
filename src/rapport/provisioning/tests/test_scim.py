"""A directory tells of people and groups; places follow."""

import pytest
from django.test import Client

from rapport.accounts.models import Member, User
from rapport.accounts.roles import Role
from rapport.audit import jobs as audit_jobs
from rapport.audit.models import Alarm
from rapport.conftest import World
from rapport.events.models import Event
from rapport.provisioning.groups import map_group
from rapport.provisioning.models import Entry
from rapport.provisioning.tests.scim import ENTERPRISE, Directory


@pytest.fixture
def directory(world: World) -> Directory:
    map_group(programme=world.programme, group="Card reps", role=Role.REP, actor="test")
    map_group(programme=world.programme, group="Card leads", role=Role.SUPERVISOR, actor="test")
    return Directory(world.programme)


def place(called: str = "ada") -> Member | None:
    found = Entry.objects.get(identity__key=called)
    return Member.objects.filter(programme=found.programme, user=found.identity.user).first()


def test_a_person_in_no_mapped_group_has_no_place(directory: Directory) -> None:
    ada = directory.person(name={"givenName": "Ada", "familyName": "Byron"})
    directory.group("Everybody", ada["id"])
    assert place() is None
    assert Entry.objects.get().identity.user.name == "Ada Byron"
    assert not Entry.objects.get().identity.user.has_usable_password()


def test_groups_give_change_and_end_a_place(directory: Directory, client: Client) -> None:
    ada = directory.person("ada", **{ENTERPRISE: {"employeeNumber": "4711"}})
    reps = directory.group("card REPS", ada["id"])
    assert (place().role, place().agent_id, place().is_active) == ("rep", "4711", True)
    leads = directory.group("Card leads", ada["id"])
    assert place().role == "rep"  # the mapping that stands first holds
    member = f'members[value eq "{ada["id"]}"]'
    assert directory.patch(f"Groups/{reps['id']}", {"op": "remove", "path": member}).status == 200
    assert place().role == "supervisor"
    assert directory.ask("DELETE", f"Groups/{leads['id']}").status == 204
    assert not place().is_active
    client.force_login(place().user)
    assert client.get("/at/cards/rally/").status_code == 404
    told = Event.objects.filter(name__startswith="directory.place").order_by("pk")
    assert [(each.name, each.data.get("role", each.data.get("why"))) for each in told] == [
        ("directory.place_given", "rep"),
        ("directory.place_given", "supervisor"),
        ("directory.place_ended", "no_group"),
    ]


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "active", "value": False},
        {"op": "Replace", "path": "active", "value": "False"},  # as Entra sends it
        {"op": "replace", "value": {"active": False}},  # as Okta sends it
    ],
)
def test_a_person_who_is_no_longer_active_has_no_place(directory: Directory, operation: dict[str, object]) -> None:
    ada = directory.person()
    directory.group("Card reps", ada["id"])
    answer = directory.patch(f"Users/{ada['id']}", operation)
    assert (answer.status, answer.told["active"]) == (200, False)
    assert not place().is_active
    directory.patch(f"Users/{ada['id']}", {"op": "replace", "path": "active", "value": True})
    assert place().is_active


def test_a_replacement_that_does_not_say_active_brings_nobody_back(directory: Directory) -> None:
    ada = directory.person(active=False)
    directory.group("Card reps", ada["id"])
    told = {"schemas": ada["schemas"], "userName": "ada", "displayName": "Ada B."}
    assert directory.ask("PUT", f"Users/{ada['id']}", told).told["active"] is False
    assert place() is None


def test_who_is_removed_is_gone_and_their_work_stays(directory: Directory) -> None:
    ada = directory.person()
    directory.group("Card reps", ada["id"])
    member = place()
    assert directory.ask("DELETE", f"Users/{ada['id']}").status == 204
    assert directory.ask("GET", f"Users/{ada['id']}").status == 404
    member.refresh_from_db()
    assert not member.is_active
    assert directory.ask("GET", "Groups").told["Resources"][0].get("members") is None


def test_a_name_that_comes_back_is_the_same_person_unless_the_directory_says_otherwise(
    directory: Directory,
) -> None:
    first = directory.person(externalId="x-1")
    user = Entry.objects.get().identity.user
    directory.ask("DELETE", f"Users/{first['id']}")
    again = directory.person(externalId="x-1")
    assert Entry.objects.get().identity.user == user
    directory.ask("DELETE", f"Users/{again['id']}")
    directory.person(externalId="x-2")
    assert Entry.objects.get().identity.user != user


def test_what_a_mapping_gives_holds_at_once_for_everybody(directory: Directory, world: World) -> None:
    ada = directory.person()
    directory.group("Trainers", ada["id"])
    assert place() is None
    map_group(programme=world.programme, group="trainers", role=Role.TRAINER, actor="test")
    assert place().role == "trainer"
    map_group(programme=world.programme, group="Trainers", role=None, actor="test")
    assert not place().is_active


def test_versions_guard_against_overwriting(directory: Directory) -> None:
    ada = directory.person()
    answer = directory.ask("GET", f"Users/{ada['id']}")
    tag = answer.headers["ETag"]
    assert tag == answer.told["meta"]["version"]
    assert directory.ask("GET", f"Users/{ada['id']}", **{"If-None-Match": tag}).status == 304
    rename = {"op": "replace", "path": "displayName", "value": "Ada"}
    assert directory.patch(f"Users/{ada['id']}", rename, **{"If-Match": tag}).status == 200
    assert directory.patch(f"Users/{ada['id']}", rename, **{"If-Match": tag}).status == 412
    assert directory.ask("DELETE", f"Users/{ada['id']}", **{"If-Match": tag}).status == 412


def test_what_is_told_again_changes_nothing(directory: Directory) -> None:
    ada = directory.person(displayName="Ada")
    again = directory.ask("PUT", f"Users/{ada['id']}", ada)
    assert again.told["meta"]["version"] == ada["meta"]["version"]
    assert Event.objects.filter(name="directory.person_changed").count() == 0


def test_events_name_no_names(directory: Directory) -> None:
    ada = directory.person("ada", displayName="Secret Name", emails=[{"value": "secret@example.org"}])
    directory.group("Card reps", ada["id"])
    directory.patch(f"Users/{ada['id']}", {"op": "replace", "path": "displayName", "value": "Secret Other"})
    changed = Event.objects.get(name="directory.person_changed")
    assert changed.data == {"fields": ["displayName"]}
    assert not [one for one in Event.objects.all() if "ecret" in f"{one.data}{one.actor}{one.audience}"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ('userName eq "ADA"', 1),
        ('userName eq "ada" and active eq true', 1),
        ('userName sw "a" or name.familyName eq "Hopper"', 2),
        ('emails[type eq "work" and value co "example.org"]', 1),
        ('externalId eq "x-1"', 1),
        ('externalId eq "X-1"', 0),
        ('not (userName eq "ada")', 1),
        ("title pr", 0),
        ('id eq "no id"', 0),
    ],
)
def test_filters(directory: Directory, asked: str, found: int) -> None:
    directory.person(externalId="x-1", emails=[{"type": "work", "value": "ada@example.org"}])
    directory.person("grace", name={"familyName": "Hopper"})
    answer = directory.ask("GET", "Users?" + f"filter={asked}".replace(" ", "%20").replace('"', "%22"))
    assert (answer.status, answer.told["totalResults"]) == (200, found)


def test_pages(directory: Directory) -> None:
    for number in range(5):
        directory.person(f"rep{number}")
    page = directory.ask("GET", "Users?startIndex=3&count=2&attributes=userName").told
    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (5, 3, 2)
    assert [each["userName"] for each in page["Resources"]] == ["rep2", "rep3"]
    page = directory.ask("GET", "Users?sortBy=userName&sortOrder=descending&count=1").told
    assert page["Resources"][0]["userName"] == "rep4"
    assert directory.ask("GET", "Users?count=0").told["totalResults"] == 5


def test_users_are_made_without_a_way_in_of_ours(directory: Directory) -> None:
    directory.person(password="a password from a directory")
    assert not User.objects.get(username="cards:ada").has_usable_password()


def test_the_last_administrator_is_let_go_and_that_is_an_alarm(world: World) -> None:
    map_group(programme=world.programme, group="Admins", role=Role.ADMINISTRATOR, actor="test")
    map_group(programme=world.programme, group="Card reps", role=Role.REP, actor="test")
    directory = Directory(world.programme)
    ada, grace = directory.person("ada"), directory.person("grace")
    admins = directory.group("Admins", ada["id"], grace["id"])
    directory.group("Card reps", ada["id"])
    gone = Event.objects.filter(name="programme.administrators_gone")
    directory.patch(f"Users/{grace['id']}", {"op": "replace", "path": "active", "value": False})
    assert not gone.exists()  # ada is there
    member = f'members[value eq "{ada["id"]}"]'
    assert directory.patch(f"Groups/{admins['id']}", {"op": "remove", "path": member}).status == 200
    assert place("ada").role == "rep"
    told = gone.get()
    audit_jobs.mind_missing_administrator.func(programme_id=world.programme.pk, event_id=told.pk)
    assert Alarm.objects.get().cause == "no_administrator"
