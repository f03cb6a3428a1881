"""Django's registration of the module."""

from django.apps import AppConfig


class CertificationConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.learning.certification"
    label = "certification"

    def ready(self) -> None:
        """Keep who has no certificate from taking contacts where all ask for one."""
        from rapport.learning.certification.gates import kept_from, uncertified
        from rapport.routing.gates import add_gate, add_notice

        add_gate(
            uncertified, title="Your certificate first", page="certificates-mine", to_page="See what it asks for"
        )
        add_notice(kept_from)
