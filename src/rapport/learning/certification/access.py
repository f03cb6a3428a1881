"""The only gates to certificates; absent and forbidden look the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapport.accounts.queries import member_by_agent_id
from rapport.accounts.roles import Right
from rapport.kit.errors import NotFound
from rapport.learning.certification.models import CertificateKind

if TYPE_CHECKING:
    from rapport.accounts.models import Member, Programme


def access_kind(programme: Programme, key: str) -> CertificateKind:
    """Return a kind of certificate of the programme."""
    row = CertificateKind.objects.select_related("programme").filter(programme=programme, key=key).first()
    if row is None:
        raise NotFound
    return row


def access_rep(member: Member, agent_id: str) -> Member:
    """Return the rep whose certificates the member may see: themself, or anybody of the programme by right."""
    if agent_id in ("", member.agent_id):
        return member
    rep = member_by_agent_id(member.programme, agent_id)
    if rep is None or not member.may(Right.CERTIFY):
        raise NotFound
    rep.programme = member.programme
    return rep
