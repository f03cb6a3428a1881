"""Personal data by the API, with a token that grants it and with nothing else."""

import io
import zipfile
from typing import Any

from django.test import Client

from rapport.accounts.roles import Right
from rapport.conftest import World
from rapport.privacy import packages
from rapport.privacy.models import Package
from rapport.privacy.tests.stage import known, left, manager, token

AT = "/api/v1/programmes/cards/privacy"


def post(path: str, headers: dict[str, str], **sent: Any) -> Any:
    return Client().post(f"{AT}/{path}", sent, content_type="application/json", headers=headers)


def test_from_the_request_to_the_erasure(world: World) -> None:
    customer = known(world)
    allowed = token(world, Right.HANDLE_PERSONAL_DATA)
    [found] = post("find", allowed, told="ada@example.org").json()
    assert (found["id"], found["standing"], found["held"]) == (str(customer.public_id), "active", False)
    at = f"customers/{found['id']}"
    asked = post("requests", allowed, customer=found["id"], kind="erasure", proof="partner")
    assert (asked.status_code, asked.json()["status"]) == (201, "open")
    made = post(f"{at}/packages", allowed)
    assert (made.status_code, made.json()["state"]) == (202, "making")
    packages.make(Package.objects.get().pk)
    package = f"packages/{made.json()['id']}"
    assert Client().get(f"{AT}/{package}", headers=allowed).json()["state"] == "ready"
    taken = post(f"{package}/take", allowed)
    assert "index.html" in zipfile.ZipFile(io.BytesIO(taken.content)).namelist()
    assert post(f"{package}/take", allowed).status_code == 409
    assert post(f"{at}/restrict", allowed).json()["standing"] == "restricted"
    assert post(f"{at}/hold", allowed, why="court").json()["held"] is True
    assert post(f"{at}/erase", allowed, confirmed="C-1").status_code == 409
    assert post(f"{at}/lift", allowed).json()["held"] is False
    assert post(f"{at}/erase", allowed, confirmed="C-2").status_code == 422
    assert post(f"{at}/erase", allowed, confirmed="C-1").json()["rows"] > 10
    assert post(f"{at}/erase", allowed, confirmed="C-1").json()["rows"] == 0
    assert left() == []
    [listed] = Client().get(f"{AT}/requests", headers=allowed).json()["items"]
    assert listed["status"] == "done"
    assert Client().get(f"{AT}/{at}", headers=allowed).json()["standing"] == "erased"


def test_neither_another_token_nor_a_session_is_enough(world: World, client: Client) -> None:
    at = f"customers/{world.customer.public_id}"
    assert post(f"{at}/restrict", token(world, Right.USE_API)).status_code == 403
    client.force_login(manager(world).user)
    assert client.post(f"{AT}/{at}/restrict").status_code == 401
    assert client.get(f"{AT}/requests").status_code == 401
    world.customer.refresh_from_db()
    assert world.customer.standing == "active"
