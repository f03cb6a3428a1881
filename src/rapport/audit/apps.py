"""Django's registration of the module."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.audit"
    label = "audit"

    def ready(self) -> None:
        """Hear of what may need an alarm."""
        from rapport.audit import listeners

        listeners.register()
