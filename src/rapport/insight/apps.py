"""Django's registration of the module."""

from django.apps import AppConfig


class InsightConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.insight"
    label = "insight"

    def ready(self) -> None:
        """Hear of plans of routing that come into force."""
        from rapport.insight import listeners

        listeners.register()
