"""Django's registration of the module."""

from django.apps import AppConfig


class OffersConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.offers"
    label = "offers"

    def ready(self) -> None:
        """Carry out cancellations, and hear of contacts that are about leaving."""
        from rapport.offers import listeners

        listeners.register()
