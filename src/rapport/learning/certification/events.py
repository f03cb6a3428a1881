"""What this module announces. The subject is the person, but of ``certificate_kind`` events the kind."""

from dataclasses import dataclass
from typing import ClassVar

from rapport.events.kinds import Code


@dataclass(frozen=True)
class KindSaved:
    """A draft of a kind of certificate is on file."""

    name: ClassVar[str] = "certificate_kind.saved"
    kind: Code
    version: int


@dataclass(frozen=True)
class KindSubmitted:
    """A version waits to be approved."""

    name: ClassVar[str] = "certificate_kind.submitted"
    kind: Code
    version: int


@dataclass(frozen=True)
class KindReturned:
    """A version was sent back with what is to be put right."""

    name: ClassVar[str] = "certificate_kind.returned"
    kind: Code
    version: int


@dataclass(frozen=True)
class KindApproved:
    """A second person approved a version."""

    name: ClassVar[str] = "certificate_kind.approved"
    kind: Code
    version: int


@dataclass(frozen=True)
class KindPublished:
    """A version is live: certificates are granted by it, and contacts and freedom are kept behind it."""

    name: ClassVar[str] = "certificate_kind.published"
    kind: Code
    version: int


@dataclass(frozen=True)
class KindWithdrawn:
    """No certificate of the kind is granted or asked for any more."""

    name: ClassVar[str] = "certificate_kind.withdrawn"
    kind: Code


@dataclass(frozen=True)
class CertificateGranted:
    """A rep is certified at a level, for the first time or at a higher one."""

    name: ClassVar[str] = "certification.granted"
    rep: Code
    kind: Code
    level: int
    until: Code


@dataclass(frozen=True)
class CertificateRenewed:
    """A rep is certified again at the level that they had."""

    name: ClassVar[str] = "certification.renewed"
    rep: Code
    kind: Code
    level: int
    until: Code


@dataclass(frozen=True)
class CertificateLapsed:
    """A certificate ran out."""

    name: ClassVar[str] = "certification.lapsed"
    rep: Code
    kind: Code
    level: int


@dataclass(frozen=True)
class CertificateRevoked:
    """Somebody took a certificate away; why is on its page."""

    name: ClassVar[str] = "certification.revoked"
    rep: Code
    kind: Code
    level: int


@dataclass(frozen=True)
class OnTheJobBegun:
    """A rep may serve without the certificate until then, with every contact to be scored."""

    name: ClassVar[str] = "certification.on_the_job_begun"
    rep: Code
    kind: Code
    until: Code


@dataclass(frozen=True)
class OnTheJobEnded:
    """The phase ended: certified, stopped or over."""

    name: ClassVar[str] = "certification.on_the_job_ended"
    rep: Code
    kind: Code
    how: Code
