"""A directory that errs, or means harm, gets nowhere beyond its own programme."""

import json
from typing import Any

import pytest

from rapport.accounts.models import ApiToken, Member, User
from rapport.accounts.roles import Right, Role
from rapport.conftest import World
from rapport.kit import clock
from rapport.kit.walls import inside
from rapport.provisioning.groups import map_group
from rapport.provisioning.models import Entry, Identity
from rapport.provisioning.tests.scim import ENTERPRISE, GROUP, USER, Directory

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


@pytest.fixture
def directory(world: World) -> Directory:
    return Directory(world.programme)


@pytest.fixture
def others(world: World) -> Directory:
    with inside(world.other.pk):
        return Directory(world.other)


def test_without_a_token_of_this_programme_nothing_is_told(directory: Directory, others: Directory) -> None:
    ours, theirs = directory.secret, others.secret
    for secret in (theirs, "", "rpt_guessed", ours + "x"):
        directory.secret = secret
        answer = directory.ask("GET", "Users")
        assert (answer.status, answer.told["schemas"]) == (401, [ERROR])
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    nobody = directory.client.get("/scim/v2/no-such-programme/Users", headers={"Authorization": f"Bearer {ours}"})
    assert json.loads(nobody.content)["detail"] == answer.told["detail"]


def test_a_token_for_something_else_or_revoked_is_refused(world: World, directory: Directory) -> None:
    assert Directory(world.programme, [Right.USE_API, Right.REPORT_CALLS]).ask("GET", "Users").status == 403
    ApiToken.objects.filter(name="directory").update(revoked_at=clock.now())
    assert directory.ask("GET", "Users").status == 401


def test_anothers_people_and_groups_do_not_exist(directory: Directory, others: Directory) -> None:
    stranger = others.person("grace")
    group = others.group("Reps", stranger["id"])
    ours = directory.group("Ours")
    for method, path in [
        ("GET", f"Users/{stranger['id']}"),
        ("DELETE", f"Users/{stranger['id']}"),
        ("PUT", f"Groups/{group['id']}"),
        ("GET", f"Groups/{group['id']}"),
    ]:
        assert directory.ask(method, path, {}).status == 404
    add = {"op": "add", "path": "members", "value": [{"value": stranger["id"]}]}
    answer = directory.patch(f"Groups/{ours['id']}", add)
    assert (answer.status, answer.told["scimType"]) == (400, "invalidValue")
    assert directory.ask("GET", "Users?filter=userName%20pr").told["totalResults"] == 0


def test_the_same_name_elsewhere_is_another_person(directory: Directory, others: Directory, world: World) -> None:
    made_by_hand = User.objects.create_user("cards:ada", name="By hand")
    local = User.objects.create_user("ada", name="Local", password="a long password")
    theirs = others.person("ada", displayName="Their Ada")
    ours = directory.person("ada", displayName="Our Ada", password="changed by a directory")
    people = {each.user_id for each in Identity.objects.all()}
    assert len(people) == 2
    assert not people & {made_by_hand.pk, local.pk, world.rep.user_id}
    local.refresh_from_db()
    assert (local.name, local.check_password("a long password")) == ("Local", True)
    assert directory.ask("DELETE", f"Users/{ours['id']}").status == 204
    assert others.ask("GET", f"Users/{theirs['id']}").told["displayName"] == "Their Ada"


def test_a_name_is_taken_once_however_it_is_written(directory: Directory) -> None:
    directory.person("Jos\u00e9")
    for same in ("Jos\u00e9", "JOS\u00c9", "jose\u0301"):
        answer = directory.ask("POST", "Users", {"schemas": [USER], "userName": same})
        assert (answer.status, answer.told["scimType"]) == (409, "uniqueness")
    other = directory.person("other", externalId="x-1")
    assert directory.ask("POST", "Users", {"schemas": [USER], "userName": "n", "externalId": "x-1"}).status == 409
    rename = {"op": "replace", "path": "userName", "value": "JOS\u00c9"}
    assert directory.patch(f"Users/{other['id']}", rename).status == 409
    assert directory.group("Same")["displayName"] == "Same"
    assert directory.ask("POST", "Groups", {"schemas": [GROUP], "displayName": "SAME"}).status == 409


def test_a_name_in_use_on_another_programme_of_the_partner_stays(world: World, directory: Directory) -> None:
    type(world.other).objects.filter(pk=world.other.pk).update(partner=world.programme.partner)
    world.other.refresh_from_db()
    with inside(world.other.pk):
        others = Directory(world.other)
    ours, theirs = directory.person("ada"), others.person("ada")
    assert Identity.objects.count() == 1
    for one, person in ((directory, ours), (others, theirs)):
        answer = one.patch(f"Users/{person['id']}", {"op": "replace", "path": "userName", "value": "mallory"})
        assert answer.status == 409
    others.ask("DELETE", f"Users/{theirs['id']}")
    rename = {"op": "replace", "path": "userName", "value": "mallory"}
    assert directory.patch(f"Users/{ours['id']}", rename).status == 200


def test_an_employee_number_of_somebody_else_is_refused_and_nothing_is_kept(
    world: World, directory: Directory
) -> None:
    map_group(programme=world.programme, group="Reps", role=Role.REP, actor="test")
    ada = directory.person("ada", **{ENTERPRISE: {"employeeNumber": world.rep.agent_id}})
    answer = directory.ask(
        "POST", "Groups", {"schemas": [GROUP], "displayName": "Reps", "members": [{"value": ada["id"]}]}
    )
    assert answer.status == 409
    assert directory.ask("GET", "Groups").told["totalResults"] == 0
    assert Member.objects.get(programme=world.programme, agent_id=world.rep.agent_id) == world.rep


BAD: list[tuple[Any, int]] = [
    (b"", 400),
    (b"{", 400),
    (b"[]", 400),
    (b"null", 400),
    (b'{"userName": ' + b"[" * 5000 + b"]" * 5000 + b"}", 400),
    ({"schemas": [USER]}, 400),
    ({"schemas": [USER], "userName": ""}, 400),
    ({"schemas": [USER], "userName": " ada"}, 400),
    ({"schemas": [USER], "userName": "a\u200bda"}, 400),
    ({"schemas": [USER], "userName": "a\x00da"}, 400),
    ({"schemas": [USER], "userName": "ada", "title": "a\x00b"}, 400),
    ({"schemas": [USER], "userName": "a" * 500}, 400),
    ({"schemas": [USER], "userName": {"a": 1}}, 400),
    ({"schemas": [USER], "userName": "ada", "active": "perhaps"}, 400),
    ({"schemas": [USER], "userName": "ada", "externalId": "x" * 5000}, 400),
    ({"schemas": [USER], "userName": "ada", "emails": [{"value": "a"}] * 50}, 400),
    ({"schemas": ["urn:other"], "userName": "ada"}, 400),
    (b'{"userName": "' + b"a" * 1_100_000 + b'"}', 413),
]


@pytest.mark.parametrize(("sent", "status"), BAD, ids=range(len(BAD)))
def test_what_is_no_person_is_refused_in_scims_words(directory: Directory, sent: Any, status: int) -> None:
    answer = directory.ask("POST", "Users", sent)
    assert (answer.status, answer.told["schemas"], answer.told["status"]) == (status, [ERROR], str(status))
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    "asked",
    [
        'userName eq "x" or 1 eq 1',
        'userName eq "x"; DROP TABLE accounts_user; --',
        "userName eq '' OR ''=''",
        'userName eq "x" and',
        'nothing eq "x"',
        'identity__user__password sw "p"',
        "(" * 3000 + 'userName eq "x"' + ")" * 3000,
        'userName eq "' + "x" * 5000 + '"',
    ],
)
def test_a_filter_is_only_a_filter(directory: Directory, asked: str) -> None:
    directory.person("ada")
    answer = directory.ask("POST", "Users/.search", {"filter": asked})
    assert (answer.status, answer.told["schemas"]) == (400, [ERROR])
    assert directory.ask("GET", "Users").told["totalResults"] == 1


@pytest.mark.parametrize("value", ['" or userName pr or userName eq "', "x' OR '1'='1", "%", "\\", "a\x00b"])
def test_a_value_in_a_filter_is_only_a_value(directory: Directory, value: str) -> None:
    directory.person("ada")
    answer = directory.ask("POST", "Users/.search", {"filter": f"userName eq {json.dumps(value)}"})
    assert (answer.status, answer.told["totalResults"]) == (200, 0)


def test_methods_and_addresses_that_do_not_exist(directory: Directory) -> None:
    assert directory.ask("PUT", "Users", {}).status == 405
    assert directory.ask("POST", "Schemas", {}).status == 405
    assert directory.ask("POST", "Bulk", {}).status == 404
    assert directory.ask("GET", "Users/1%20OR%201=1").status == 404
    assert directory.ask("GET", "Users/" + "9" * 3000).status == 404


def test_a_patch_of_thousands_is_refused(directory: Directory) -> None:
    ada = directory.person("ada")
    many = [{"op": "replace", "path": "title", "value": "x"}] * 501
    assert directory.patch(f"Users/{ada['id']}", *many).status == 413
