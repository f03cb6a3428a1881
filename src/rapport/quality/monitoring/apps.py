"""Django's registration of the module."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.quality.monitoring"
    label = "monitoring"
