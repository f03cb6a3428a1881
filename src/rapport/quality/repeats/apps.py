"""Django's registration of the module."""

from django.apps import AppConfig


class RepeatsConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.quality.repeats"
    label = "repeats"

    def ready(self) -> None:
        """Hear of logs that are imported."""
        from rapport.quality.repeats import listeners

        listeners.register()
