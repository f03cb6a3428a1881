"""Django's registration of the module."""

from django.apps import AppConfig


class QualityConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.quality"
    label = "quality"
