"""Django's registration of the module."""

from django.apps import AppConfig


class ReplaysConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.replays"
    label = "replays"

    def ready(self) -> None:
        """Hear of replays that were asked for."""
        from rapport.replays import listeners

        listeners.register()
