"""Single sign-on against a running identity provider: OpenID Connect and SAML, as they should be and as forged."""

import base64
import json
import re
import time
import urllib.parse
from collections.abc import Iterator
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from pytest_django import Settings

from rapport.accounts import actions as accounts
from rapport.accounts.arrivals import VOUCHED
from rapport.accounts.models import Member, Partner, Programme, User
from rapport.accounts.roles import Role
from rapport.conftest import World
from rapport.events.models import Event
from rapport.kit.errors import Conflict
from rapport.kit.walls import inside
from rapport.provisioning import oidc
from rapport.provisioning.groups import map_group
from rapport.provisioning.models import Identity, Service
from rapport.provisioning.services import read_metadata, set_service, stop_service
from rapport.provisioning.tests.identity import SECRET, Elsewhere, IdentityProvider, asserted
from rapport.provisioning.tests.scim import Directory

SERVICES = ["bank", "bank-saml"]


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    running = IdentityProvider()
    yield running
    running.stop()


@pytest.fixture
def bank(world: World, provider: IdentityProvider, settings: Settings) -> Partner:
    """The partner of the programme ``cards``, with both kinds of sign-in service."""
    settings.INTERNAL_HOSTS = (provider.host,)
    oidc._kept.clear()
    partner = world.programme.partner
    for group, role in (("Card reps", Role.REP), ("Card leads", Role.SUPERVISOR)):
        map_group(programme=world.programme, group=group, role=role, actor="test")
    offer(partner, provider)
    return partner


def offer(partner: Partner, provider: IdentityProvider) -> None:
    told: dict[str, Any] = {"partner": partner, "actor": "test"}
    set_service(key="bank", name="Bank", kind="oidc", rules=provider.oidc_rules(), secret=SECRET, **told)
    rules = {**read_metadata(provider.saml_metadata()), **provider.saml_rules()}
    set_service(key="bank-saml", name="Bank", kind="saml", rules=rules, secret=None, **told)


def fetched(client: Client, service: str, who: str, how: str = "") -> Any:
    """Go to the provider and come back; returns what we answer when somebody is back."""
    sent = client.get(f"/sign-in/with/{service}/")
    assert sent.status_code == 302
    return returned(client, service, Elsewhere().sign_in(sent["Location"], who, how))


def returned(client: Client, service: str, page: httpx.Response) -> Any:
    if service == "bank":
        return client.get(page.headers["Location"].removeprefix("http://testserver"))
    posted = Client().post("/sign-in/with/bank-saml/assertion/", {"SAMLResponse": asserted(page)})
    if posted.status_code != 303:
        return posted
    return client.get(posted["Location"].removeprefix("http://testserver"))


def place(called: str = "ada") -> Member | None:
    found = Identity.objects.filter(key=called).first()
    return Member.objects.filter(user=found.user).first() if found else None


@pytest.mark.parametrize("service", SERVICES)
def test_who_is_in_a_mapped_group_gets_in_with_its_role(bank: Partner, service: str) -> None:
    client = Client()
    answer = fetched(client, service, "ada")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/at/cards/desk/").status_code == 200
    assert (place().role, place().user.name, place().agent_id) == ("rep", "Ada Byron", "ada")
    assert client.get("/at/cards/floor/").status_code == 403
    fetched(Client(), service, "ada-lead")
    assert (place().role, Member.objects.filter(programme__key="cards", user=place().user).count()) == (
        "supervisor",
        1,
    )


@pytest.mark.parametrize("service", SERVICES)
def test_who_lost_the_group_is_not_let_in_and_loses_the_place_at_once(bank: Partner, service: str) -> None:
    client = Client()
    fetched(client, service, "ada")
    answer = fetched(Client(), service, "ada-out")
    assert (answer.status_code, b"you have no place here" in answer.content) == (403, True)
    assert not place().is_active
    assert client.get("/at/cards/desk/")["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("service", SERVICES)
def test_a_group_that_gives_nothing_makes_nobody_known(bank: Partner, service: str) -> None:
    people = User.objects.count()
    answer = fetched(Client(), service, "grace")
    assert answer.status_code == 403
    assert (User.objects.count(), Identity.objects.count()) == (people, 0)


@pytest.mark.parametrize("service", SERVICES)
def test_a_name_or_address_of_somebody_here_is_not_that_person(bank: Partner, world: World, service: str) -> None:
    """The provider says "supervisor", and supervisor@example.org: neither is the supervisor made by hand."""
    client = Client()
    fetched(client, service, "supervisor")
    assert int(client.session["_auth_user_id"]) != world.supervisor.user_id
    assert place("supervisor").user.name == "Mallory"


@pytest.mark.parametrize("service", SERVICES)
def test_a_name_that_the_provider_gives_to_another_opens_nothing(bank: Partner, service: str) -> None:
    fetched(Client(), service, "ada")
    client = Client()
    assert fetched(client, service, "another-ada").status_code == 403
    assert "_auth_user_id" not in client.session
    assert place().user.name == "Ada Byron"


@pytest.mark.parametrize("service", SERVICES)
def test_a_second_factor_counts_only_where_the_provider_says_so(bank: Partner, world: World, service: str) -> None:
    Programme.objects.filter(pk=world.programme.pk).update(requires_second_factor=True)
    client = Client()
    fetched(client, service, "ada")
    assert client.get("/at/cards/desk/").status_code == 403
    client = Client()
    fetched(client, service, "ada-two")
    assert client.session[VOUCHED] == service
    assert client.get("/at/cards/desk/").status_code == 200
    untrusted = Service.objects.get(key=service)
    untrusted.rules = {**untrusted.rules, "second_factor": []}
    untrusted.save()
    client = Client()
    fetched(client, service, "ada-two")
    assert client.get("/at/cards/desk/").status_code == 403


@pytest.mark.parametrize("service", SERVICES)
def test_a_partners_service_opens_that_partners_programmes_only(
    bank: Partner, world: World, provider: IdentityProvider, service: str
) -> None:
    fetched(Client(), service, "ada")
    ada = place().user
    with inside(world.other.pk):
        Member.objects.create(programme=world.other, user=ada, agent_id="ada", role="rep")
    client = Client()
    fetched(client, service, "ada")
    assert client.get("/at/cards/desk/").status_code == 200
    assert client.get("/at/loans/desk/").status_code == 404
    with pytest.raises(Conflict):
        offer(world.other.partner, provider)


def test_another_partners_service_knows_other_people(
    bank: Partner, world: World, provider: IdentityProvider
) -> None:
    fetched(Client(), "bank", "ada")
    ours = place().user
    Service.objects.all().update(partner=world.other.partner)
    client = Client()
    assert fetched(client, "bank", "ada").status_code == 403
    Service.objects.get(key="bank").delete()
    with inside(world.other.pk):
        map_group(programme=world.other, group="Card reps", role=Role.REP, actor="test")
    set_service(
        partner=world.other.partner,
        key="bank",
        name="Other",
        kind="oidc",
        rules=provider.oidc_rules(),
        secret=SECRET,
        actor="test",
    )
    fetched(client, "bank", "ada")
    assert int(client.session["_auth_user_id"]) != ours.pk
    assert client.get("/at/cards/desk/").status_code == 404
    assert client.get("/at/loans/desk/").status_code == 200


@pytest.mark.parametrize("service", SERVICES)
def test_scim_and_sign_in_must_both_name_the_group(bank: Partner, world: World, service: str) -> None:
    directory = Directory(world.programme)
    ada = directory.person("Ada", displayName="Ada of the directory")
    assert fetched(Client(), service, "ada").status_code == 403
    group = directory.group("Card reps", ada["id"])
    client = Client()
    fetched(client, service, "ada")
    assert (place().role, place().user.name) == ("rep", "Ada of the directory")
    assert client.get("/at/cards/desk/").status_code == 200
    directory.ask("DELETE", f"Groups/{group['id']}")
    assert client.get("/at/cards/desk/")["Location"].startswith("/sign-in/")
    assert fetched(Client(), service, "ada").status_code == 403
    directory.group("Card reps", ada["id"])
    directory.patch(f"Users/{ada['id']}", {"op": "replace", "path": "active", "value": False})
    assert fetched(Client(), service, "ada").status_code == 403


@pytest.mark.parametrize("service", SERVICES)
def test_a_place_that_was_ended_here_stays_ended(bank: Partner, service: str) -> None:
    fetched(Client(), service, "ada")
    Member.objects.filter(pk=place().pk).update(is_active=False)
    assert fetched(Client(), service, "ada").status_code == 403
    assert not place().is_active


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_that_was_stopped_lets_nobody_in(bank: Partner, service: str) -> None:
    client = Client()
    sent = client.get(f"/sign-in/with/{service}/")
    page = Elsewhere().sign_in(sent["Location"], "ada")
    stop_service(Service.objects.get(key=service), actor="test")
    assert returned(client, service, page).status_code == 404
    assert client.get(f"/sign-in/with/{service}/").status_code == 404


@pytest.mark.parametrize("service", SERVICES)
def test_what_came_for_one_browser_opens_no_other(bank: Partner, service: str) -> None:
    """Neither does a second use of it in the same one."""
    victim, thief = Client(), Client()
    sent = victim.get(f"/sign-in/with/{service}/")
    page = Elsewhere().sign_in(sent["Location"], "ada")
    thief.get(f"/sign-in/with/{service}/")
    assert returned(thief, service, page).status_code == 403
    assert "_auth_user_id" not in thief.session
    again = Client()
    sent = again.get(f"/sign-in/with/{service}/")
    page = Elsewhere().sign_in(sent["Location"], "ada")
    assert returned(again, service, page).status_code == 302
    again.post("/sign-out/")
    assert returned(again, service, page).status_code == 403
    assert "_auth_user_id" not in again.session


@pytest.mark.parametrize(
    "how",
    [
        "wrong key",
        "wrong audience",
        "no audience",
        "wrong recipient",
        "wrong issuer",
        "expired",
        "unsigned",
        "sha1",
    ],
)
def test_a_forged_assertion_opens_nothing(bank: Partner, how: str) -> None:
    client = Client()
    answer = fetched(client, "bank-saml", "ada", how)
    assert (answer.status_code, b"did not let you in" in answer.content) == (403, True)
    assert "_auth_user_id" not in client.session
    assert not Identity.objects.exists()


def test_an_assertion_that_was_changed_or_is_none_opens_nothing(bank: Partner) -> None:
    client = Client()
    sent = client.get("/sign-in/with/bank-saml/")
    good = base64.b64decode(asserted(Elsewhere().sign_in(sent["Location"], "grace"))).decode()
    changed = good.replace("Somebody else's group", "Card leads").replace(
        "Somebody else&apos;s group", "Card leads"
    )
    assert changed != good
    wrapped = re.sub(r"(<saml:Assertion.*</saml:Assertion>)", r"\1\1", good, flags=re.DOTALL)
    entity = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + good
    bad = [base64.b64encode(each.encode()).decode() for each in (changed, wrapped, entity, "<", "")]
    for each in (*bad, "%%%", "A" * 300_000):
        answer = Client().post("/sign-in/with/bank-saml/assertion/", {"SAMLResponse": each})
        assert answer.status_code == 403
    assert not Identity.objects.exists()


FORGED: list[tuple[dict[str, Any], str]] = [
    ({}, "ours"),
    ({"aud": "another client"}, "theirs"),
    ({"aud": ["rapport", "another"]}, "theirs"),
    ({"iss": "http://elsewhere.example"}, "theirs"),
    ({"exp": 1_600_000_000}, "theirs"),
    ({"nonce": "another"}, "theirs"),
    ({"sub": None}, "theirs"),
    ({}, "none"),
    ({}, "secret"),
]


@pytest.mark.parametrize(("claims", "key"), FORGED)
def test_a_forged_token_opens_nothing(
    bank: Partner, monkeypatch: pytest.MonkeyPatch, claims: dict[str, Any], key: str
) -> None:
    """As by who sits between us and the provider: the token is exchanged on its way, then signed otherwise."""
    theirs = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    published = jwt.algorithms.RSAAlgorithm.to_jwk(theirs.public_key(), as_dict=True)
    genuine = oidc._tokens
    if key == "theirs":  # so that only the claims are wrong
        monkeypatch.setattr(oidc, "_key_of", lambda *_: jwt.PyJWK(published, algorithm="RS256"))

    def exchanged(service: Service, **named: Any) -> dict[str, Any]:
        told = genuine(service, **named)
        payload = {**jwt.decode(told["id_token"], options={"verify_signature": False}), **claims}
        payload = {name: value for name, value in payload.items() if value is not None}
        header = {"kid": "one"}
        if key == "none":
            token = jwt.encode(payload, "", algorithm="none", headers=header)
        elif key == "secret":
            token = jwt.encode(payload, SECRET.ljust(32, "."), algorithm="HS256", headers=header)
        else:
            token = jwt.encode(payload, theirs, algorithm="RS256", headers=header)
        return {**told, "id_token": token}

    monkeypatch.setattr(oidc, "_tokens", exchanged)
    client = Client()
    assert fetched(client, "bank", "ada").status_code == 403
    assert "_auth_user_id" not in client.session


def test_signing_out_at_the_provider_ends_every_session_here(
    bank: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client()
    fetched(client, "bank", "ada")
    theirs = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    published = jwt.algorithms.RSAAlgorithm.to_jwk(theirs.public_key(), as_dict=True)
    service = Service.objects.get(key="bank")
    told: dict[str, Any] = {
        "iss": service.rules["issuer"],
        "aud": "rapport",
        "iat": 1_700_000_000,
        "exp": int(time.time()) + 120,
        "jti": "1",
        "sub": "u-ada",
        "events": {oidc.LOGOUT: {}},
    }

    def say(**claims: Any) -> int:
        token = jwt.encode({**told, **claims}, theirs, algorithm="RS256")
        return int(Client().post("/sign-in/with/bank/signed-out/", {"logout_token": token}).status_code)

    assert say() == 400  # a key that the provider does not publish
    monkeypatch.setattr(oidc, "_key_of", lambda *_: jwt.PyJWK(published, algorithm="RS256"))
    assert say(aud="another") == say(events={}) == say(events=7) == say(nonce="x") == say(exp=10**18) == 400
    assert client.get("/at/cards/desk/").status_code == 200
    assert say() == 200
    assert client.get("/at/cards/desk/").status_code == 302
    assert say() == 400  # once only


def test_addresses_inside_are_not_called(bank: Partner, settings: Settings) -> None:
    settings.INTERNAL_HOSTS = ()
    oidc._kept.clear()
    answer = Client().get("/sign-in/with/bank/")
    assert (answer.status_code, b"cannot be reached just now" in answer.content) == (403, True)


def test_the_secret_is_sealed_and_events_name_nobody(bank: Partner) -> None:
    fetched(Client(), "bank", "ada")
    service = Service.objects.get(key="bank")
    assert SECRET not in service.sealed_secret
    assert SECRET not in json.dumps(service.rules)
    told = [(each.name, each.data) for each in Event.objects.filter(name="directory.vouched_for")]
    assert told == [("directory.vouched_for", {"service": "bank", "factors": ["pwd"]})]
    assert not [one for one in Event.objects.all() if "Ada" in f"{one.data}{one.actor}"]


def test_the_company_page_leads_on_and_does_not_list_companies(bank: Partner) -> None:
    client = Client()
    page = client.get("/sign-in/with/").content.decode()
    assert "Bank" not in page
    on = client.get("/sign-in/with/?company=BANK&next=/at/cards/desk/").content.decode()
    assert "/sign-in/with/bank/?next=%2Fat%2Fcards%2Fdesk%2F" in on
    unknown = client.get("/sign-in/with/?company=nobody")
    assert (unknown.status_code, b"No company signs in" in unknown.content) == (422, True)


@pytest.mark.parametrize("service", SERVICES)
def test_people_come_back_to_where_they_were_going_and_nowhere_else(bank: Partner, service: str) -> None:
    for wanted, to in (("/at/cards/desk/", "/at/cards/desk/"), ("https://elsewhere.example/", "/")):
        client = Client()
        sent = client.get(f"/sign-in/with/{service}/?" + urllib.parse.urlencode({"next": wanted}))
        page = Elsewhere().sign_in(sent["Location"], "ada")
        assert returned(client, service, page)["Location"] == to


def test_what_a_saml_provider_needs_to_know(bank: Partner) -> None:
    told = Client().get("/sign-in/with/bank-saml/metadata/").content.decode()
    assert 'entityID="http://testserver/sign-in/with/bank-saml/metadata/"' in told
    assert 'Location="http://testserver/sign-in/with/bank-saml/assertion/"' in told


def test_a_blocked_person_stays_out(bank: Partner) -> None:
    fetched(Client(), "bank", "ada")
    accounts.set_active(user=place().user, is_active=False, why="left")
    client = Client()
    fetched(client, "bank", "ada")
    assert "_auth_user_id" not in client.session


def test_each_kind_has_its_own_addresses(bank: Partner) -> None:
    """What was begun by one protocol is not taken by the other's address."""
    client = Client()
    state = urllib.parse.parse_qs(urllib.parse.urlsplit(client.get("/sign-in/with/bank/")["Location"]).query)
    assert client.get(f"/sign-in/with/bank-saml/back/?code=x&state={state['state'][0]}").status_code == 404
    assert client.post("/sign-in/with/bank/assertion/", {"SAMLResponse": "x"}).status_code == 404
    assert client.get("/sign-in/with/bank/metadata/").status_code == 404
    assert client.post("/sign-in/with/bank-saml/signed-out/", {"logout_token": "x.y.z"}).status_code == 404
