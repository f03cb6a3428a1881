"""Django's registration of the module."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.ledger"
    label = "ledger"
