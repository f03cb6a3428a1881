"""What certification keeps of a person: nothing of a customer. All of it is about reps.

Why a certificate was revoked is kept as long as the certificate, and goes with the rep's place.
"""

from rapport.learning.certification.models import (
    Certificate,
    CertificateKind,
    CertificateKindVersion,
    OnTheJob,
)

KEPT = ()
STAYS = {
    Certificate: ("ended_how", "revoked_because", "evidence"),
    CertificateKind: ("key",),
    CertificateKindVersion: ("name", "text", "note"),
    OnTheJob: ("ended_how",),
}
