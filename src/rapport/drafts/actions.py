"""Writes of drafts. Callers have fetched the contact by the gate that lets them act on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from rapport.channels.chat.queries import messages_of
from rapport.drafts import events, sealed
from rapport.drafts.models import Draft, Service
from rapport.drafts.outside import REPLY, ROLE, SUMMARY, Asking, Written
from rapport.drafts.queries import kind_now
from rapport.events.actions import announce
from rapport.guides.library.examples import without_names
from rapport.kit import clock, outbound, redaction
from rapport.kit.errors import Conflict, DomainError, Invalid

if TYPE_CHECKING:
    from uuid import UUID

    from rapport.accounts.models import Member, Programme
    from rapport.contacts.models import Contact

MOST_MESSAGES = {Draft.Kind.REPLY: 20, Draft.Kind.SUMMARY: 100}
LONGEST = {Draft.Kind.REPLY: 2000, Draft.Kind.SUMMARY: 500}
TASKS = {Draft.Kind.REPLY: REPLY, Draft.Kind.SUMMARY: SUMMARY}
LONGEST_GUIDANCE = 1000
LONGEST_SECRET = 500


@transaction.atomic
def set_service(
    *,
    programme: Programme,
    base: str,
    model: str,
    guidance: str = "",
    is_on: bool = False,
    secret: str | None = None,
    actor: str = "command",
) -> Service:
    """Say which service writes drafts; the secret that is kept stays where none is given, at the same address."""
    base, model, guidance = base.strip(), model.strip(), guidance.strip()
    _require_sound(base, model, guidance, secret)
    found = Service.objects.select_for_update().filter(programme=programme).first()
    if found is not None and found.sealed_secret and secret is None and found.base != base:
        raise Invalid("It is at another address now. Give its key anew: the old one is not sent there.")
    service = found or Service(programme=programme)
    told = {"base": base, "model": model, "guidance": guidance, "is_on": is_on}
    fields = [name for name, value in told.items() if getattr(service, name) != value]
    for name, value in told.items():
        setattr(service, name, value)
    if secret is not None:
        service.sealed_secret = sealed.seal(secret, service) if secret else ""
        fields.append("secret")
    service.changed_at = clock.now()
    service.save()
    happening = events.DraftServiceSet(is_on=is_on, fields=fields)
    announce(happening, programme=programme, subject=programme.public_id, actor=actor)
    return service


@transaction.atomic
def ask(*, member: Member, contact: Contact) -> Draft:
    """Have a draft made of the next message, or of the line for the next rep once the conversation is over.

    One that is being made already is that one.
    """
    if not Service.objects.filter(programme=contact.programme, is_on=True).exists():
        raise Conflict("Drafts are off in this programme.")
    if contact.customer is not None and not contact.customer.is_active:
        raise Conflict("Nothing of this customer leaves any more.")
    if not any(one.author == "customer" for one in messages_of(contact)):
        raise Invalid("There is nothing to answer yet.")
    kind = kind_now(contact)
    if kind is None:
        raise Conflict("This contact is not in your hands any more.")
    draft, is_new = Draft.objects.get_or_create(
        contact=contact,
        kind=kind,
        state=Draft.State.WAITING,
        defaults={"programme_id": contact.programme_id, "asked_by": member, "asked_at": clock.now()},
    )
    if is_new:
        _tell(draft, events.DraftAsked(draft=str(draft.public_id)), f"member:{member.pk}")
    return draft


@transaction.atomic
def take_up(draft: UUID) -> Asking | Written | None:
    """Return what to ask for a draft, masked, after noting that it leaves; None where it is settled."""
    row = Draft.objects.select_related("contact__customer", "contact__rep__user").get(public_id=draft)
    if row.state != Draft.State.WAITING:
        return None
    service = Service.objects.filter(programme=row.programme_id, is_on=True).first()
    if service is None:
        return Written(problem="Drafts were turned off meanwhile.")
    try:
        secret = sealed.unseal(service)
    except DomainError as error:
        return Written(problem=str(error)[:300])
    kind = Draft.Kind(row.kind)
    said = _said(row.contact, MOST_MESSAGES[kind])
    messages = len(said)
    if kind == Draft.Kind.SUMMARY:  # told as one text: nobody is to answer it
        said = [("customer", "\n".join(f"{who.capitalize()}: {text}" for who, text in said))]
    asking = Asking(service.base, service.model, service.guidance, said, secret, TASKS[kind], LONGEST[kind])
    told = events.DraftSent(draft=str(draft), messages=messages, characters=asking.characters)
    _tell(row, told, "system")
    return asking


@transaction.atomic
def settle(draft: UUID, written: Written) -> None:
    """Keep what came of it; the first answer counts."""
    row = Draft.objects.select_for_update(of=("self",)).select_related("contact").get(public_id=draft)
    if row.state == Draft.State.WAITING:
        row.state = Draft.State.READY if written.text else Draft.State.FAILED
        row.text = " ".join(written.text.split()) if row.kind == Draft.Kind.SUMMARY else written.text
        row.problem = written.problem[:300]
        if row.kind != kind_now(row.contact):  # the conversation, or the wrap-up, ended meanwhile
            row.state, row.text = Draft.State.DISMISSED, ""
        row.save(update_fields=["state", "text", "problem"])
        _tell(row, events.DraftSettled(draft=str(draft), state=row.state, http=written.status), "system")


@transaction.atomic
def dismiss(*, member: Member, contact: Contact) -> None:
    """Put the contact's draft away."""
    for row in Draft.objects.select_for_update().filter(contact=contact).exclude(state=Draft.State.DISMISSED):
        row.state, row.text = Draft.State.DISMISSED, ""
        row.save(update_fields=["state", "text"])
        happening = events.DraftSettled(draft=str(row.public_id), state=row.state)
        _tell(row, happening, f"member:{member.pk}")


def _said(contact: Contact, most: int) -> list[tuple[str, str]]:
    """Return the last messages without numbers, names and addresses that we know of."""
    said = [one for one in messages_of(contact) if one.author in ROLE][-most:]
    masked = redaction.mask_parts([one.text for one in said])
    return [(one.author, without_names(told.text, contact)) for one, told in zip(said, masked, strict=True)]


def _require_sound(base: str, model: str, guidance: str, secret: str | None) -> None:
    if not model or len(model) > 100 or len(base) > 200 or len(guidance) > LONGEST_GUIDANCE:
        raise Invalid(f"Give the model's name, and keep the guidance under {LONGEST_GUIDANCE} characters.")
    if "?" in base or "#" in base or "\x00" in f"{model}{guidance}":
        raise Invalid("Give the address up to /v1, without ? and #.")
    if secret is not None and not (len(secret) <= LONGEST_SECRET and secret.isascii() and secret.isprintable()):
        raise Invalid(f"A key has up to {LONGEST_SECRET} plain characters, without line ends.")
    outbound.check(base)


def _tell(draft: Draft, happening: Any, actor: str) -> None:
    contact = draft.contact
    audience = [f"member:{contact.rep_id}"] if contact.rep_id else []
    announce(happening, programme=contact.programme, subject=contact.public_id, actor=actor, audience=audience)
