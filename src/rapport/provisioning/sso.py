"""Pages between our sign-in and a partner's: out to its service, and back with what it vouches for."""

from __future__ import annotations

import hashlib
import logging
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import Login
from allauth.socialaccount.internal import statekit
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from rapport.accounts.actions import shut_out
from rapport.accounts.doors import open_page
from rapport.kit import clock, pages
from rapport.kit.errors import DomainError
from rapport.provisioning import oidc, saml
from rapport.provisioning.models import Seen, Service, Subject
from rapport.provisioning.services import NotVouched, Vouched, service_by_key
from rapport.provisioning.vouching import arrive

logger = logging.getLogger("rapport.signin")

LONGEST_KEPT = timedelta(days=1)  # that what came once is remembered
NOT_IN = "Your company's sign-in service did not let you in here. Try once more from the start."
NO_PLACE = (
    "Your company's sign-in service knows you, but you have no place here. Ask your supervisor, or whoever looks "
    "after your company's directory, to put you into the right group."
)


@open_page("leads to a company's own sign-in")
@never_cache
@require_GET
def company(request: HttpRequest) -> HttpResponse:
    """Ask which company's sign-in service a person comes by, and send them on."""
    key = request.GET.get("company", "").strip().lower()
    problem = ""
    if key:
        try:
            service = service_by_key(key)
        except DomainError as error:
            problem = str(error)
        else:
            to = urlencode({"next": _safe(request, request.GET.get("next", ""))})
            there = f"{reverse('sso-begin', args=[service.key])}?{to}"
            return pages.render(request, "provisioning/leaving.html", {"service": service, "there": there})
    context = {"problem": problem, "company": key, "next": _safe(request, request.GET.get("next", ""))}
    return pages.render(request, "provisioning/company.html", context, status=422 if problem else 200)


@open_page("leads to a company's own sign-in")
@never_cache
@require_GET
def begin(request: HttpRequest, key: str) -> HttpResponse:
    """Send the browser to the company's sign-in service."""
    service = service_by_key(key)
    to = _safe(request, request.GET.get("next", ""))
    if service.kind == Service.Kind.SAML:
        address, number = saml.way_to(service, base=_base(request, service))
        state = {"next": to}
    else:
        number = secrets.token_urlsafe(24)
        try:
            way = oidc.way_to(service, back=_base(request, service) + "back/", state=number)
        except DomainError as error:
            return _refused(request, service, error, "Your company's sign-in service cannot be reached just now.")
        address, state = way.address, {**way.state, "next": to}
    statekit.stash_state(request, provider_id=service.key, state=state, state_id=number)
    return HttpResponse(status=302, headers={"Location": address})


@open_page("a company's sign-in service sends people back here")
@never_cache
@require_GET
def back(request: HttpRequest, key: str) -> HttpResponse:
    """Take what an OpenID Connect provider sent the browser back with."""
    service = service_by_key(key, Service.Kind.OIDC.value)
    state = statekit.unstash_state(request, provider_id=service.key, state_id=request.GET.get("state", ""))
    try:
        if state is None:
            raise NotVouched("this browser did not ask, or asked too long ago")
        if request.GET.get("iss", service.rules["issuer"]) != service.rules["issuer"]:
            raise NotVouched("another provider sent the browser back")
        if "code" not in request.GET:
            raise NotVouched(f"the provider refused: {request.GET.get('error', '')[:60]!r}")
        there = _base(request, service) + "back/"
        vouched = oidc.vouched_by(service, code=request.GET["code"], back=there, state=state)
    except DomainError as error:
        return _refused(request, service, error, NOT_IN)
    return _let_in(request, service, vouched, state["next"])


@open_page("a company's sign-in service sends people back here")
@csrf_exempt
@never_cache
@require_POST
def assertion(request: HttpRequest, key: str) -> HttpResponse:
    """Take a SAML assertion. It comes from elsewhere, without our cookies: who asked for it is found out next."""
    service = service_by_key(key, Service.Kind.SAML.value)
    try:
        found = saml.asserted(service, base=_base(request, service), post=request.POST.dict())
        ticket = _keep(service, found)
    except DomainError as error:
        return _refused(request, service, error, NOT_IN)
    return HttpResponse(status=303, headers={"Location": f"{_base(request, service)}finish/?ticket={ticket}"})


@open_page("a company's sign-in service sends people back here")
@never_cache
@require_GET
def finish(request: HttpRequest, key: str) -> HttpResponse:
    """Let the browser in that asked for the assertion kept under this ticket, once."""
    service = service_by_key(key, Service.Kind.SAML.value)
    told = _take(service, request.GET.get("ticket", ""))
    state = statekit.unstash_state(request, provider_id=service.key, state_id=told.get("request", ""))
    if state is None:
        return _refused(request, service, NotVouched("this browser did not ask for this assertion"), NOT_IN)
    groups = told["groups"]
    vouched = Vouched(
        subject=told["subject"],
        called=told["called"],
        name=told["name"],
        groups=None if groups is None else frozenset(groups),
        factors=frozenset(told["factors"]),
    )
    return _let_in(request, service, vouched, state["next"])


@open_page("what a company's sign-in service needs to know of us")
@require_GET
def metadata(request: HttpRequest, key: str) -> HttpResponse:
    """Tell a SAML identity provider what it needs to know of us."""
    service = service_by_key(key, Service.Kind.SAML.value)
    return HttpResponse(saml.metadata(service, base=_base(request, service)), content_type="application/xml")


@open_page("a company's sign-in service says who signed out, in a signed token")
@csrf_exempt
@require_POST
def signed_out(request: HttpRequest, key: str) -> HttpResponse:
    """Take an OpenID Connect provider's word that a person signed out there (back-channel logout)."""
    service = service_by_key(key, Service.Kind.OIDC.value)
    try:
        subject, mark, until = oidc.signed_out_by(service, request.POST.get("logout_token", ""))
        _once(service, mark, until)
    except DomainError as error:
        logger.warning("sign-out by service %s refused: %.300a", service.key, str(error))
        return HttpResponse(status=400, headers={"Cache-Control": "no-store"})
    known = Subject.objects.select_related("identity__user").filter(service=service, subject=subject).first()
    if known is not None:
        shut_out(user=known.identity.user, why="signed_out_elsewhere", actor=f"service:{service.key}")
    return HttpResponse(status=200, headers={"Cache-Control": "no-store"})


def _let_in(request: HttpRequest, service: Service, vouched: Vouched, to: str) -> HttpResponse:
    try:
        person = arrive(service, vouched)
    except DomainError as error:
        return _refused(request, service, error, NOT_IN)
    if person is None:
        return _refused(request, service, NotVouched("no place"), NO_PLACE)
    clear_login(request)
    record_authentication(
        request,
        person,
        "socialaccount",
        provider=service.key,
        partner=service.partner_id,
        second_factor=bool(vouched.factors & set(service.rules["second_factor"])),
    )
    response: HttpResponse = perform_login(request, Login(user=person, redirect_url=to))
    return response


def _refused(request: HttpRequest, service: Service, error: DomainError, words: str) -> HttpResponse:
    """Say that nobody was let in; why is in the log, since it could help who tries to get in with a forgery."""
    logger.warning("sign-in by service %s refused: %.300a", service.key, str(error))
    context = {"words": words, "service": service}
    return pages.render(request, "provisioning/refused.html", context, status=403)


def _base(request: HttpRequest, service: Service) -> str:
    return request.build_absolute_uri(reverse("sso-begin", args=[service.key]))


def _safe(request: HttpRequest, to: str) -> str:
    host, secure = {request.get_host()}, request.is_secure()
    return to if url_has_allowed_host_and_scheme(to, allowed_hosts=host, require_https=secure) else "/"


def _keep(service: Service, found: saml.Asserted) -> str:
    """Remember that the assertion was used, and what it says until its browser comes; returns the ticket."""
    ticket = secrets.token_urlsafe(32)
    vouched = found.vouched
    told: dict[str, Any] = {
        "request": found.request,
        "subject": vouched.subject,
        "called": vouched.called,
        "name": vouched.name,
        "groups": None if vouched.groups is None else sorted(vouched.groups),
        "factors": sorted(vouched.factors),
    }
    _once(service, found.id, found.until, ticket=_hash(ticket), told=told)
    return ticket


def _once(service: Service, mark: str, until: float, **kept: Any) -> None:
    """Remember a thing that is good once, for as long as it would hold; NotVouched the second time."""
    now = clock.now()
    if until > (now + LONGEST_KEPT).timestamp():
        raise NotVouched("it would hold for too long")
    Seen.objects.filter(until__lt=now).delete()
    ends = max(datetime.fromtimestamp(until, UTC), now) + timedelta(minutes=10)  # clocks differ
    try:
        with transaction.atomic():
            Seen.objects.create(service=service, mark=_hash(mark), until=ends, **kept)
    except IntegrityError as error:
        raise NotVouched("this was used before") from error


def _take(service: Service, ticket: str) -> dict[str, Any]:
    with transaction.atomic():
        kept = Seen.objects.select_for_update().filter(service=service, ticket=_hash(ticket)).first()
        if kept is None or not kept.told:
            return {}
        told, kept.told = dict(kept.told), {}
        kept.save(update_fields=["told"])
    return told


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
