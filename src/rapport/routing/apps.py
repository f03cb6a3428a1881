"""Django's registration of the module."""

from django.apps import AppConfig


class RoutingConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.routing"
    label = "routing"

    def ready(self) -> None:
        """Hear of people who sign out."""
        from rapport.routing import listeners

        listeners.register()
