"""Django's registration of the module."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created


class RuntimeConfig(AppConfig):
    """The machine room; no tables."""

    name = "rapport.runtime"
    label = "runtime"

    def ready(self) -> None:
        """Have every process look at the role it connects as."""
        from rapport.runtime import guard

        connection_created.connect(guard.look, dispatch_uid=guard.UID)
