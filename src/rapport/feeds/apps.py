"""Django's registration of the module."""

from django.apps import AppConfig


class FeedsConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.feeds"
    label = "feeds"

    def ready(self) -> None:
        """Hear of what partners have to be told."""
        from rapport.feeds import listeners

        listeners.register()
