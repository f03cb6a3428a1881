"""Django's registration of the module."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.ledger"
    label = "ledger"

    def ready(self) -> None:
        """Hear of saves and of what becomes of them."""
        from rapport.ledger import listeners

        listeners.register()
