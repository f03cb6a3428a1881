"""Django's registration of the module."""

from django.apps import AppConfig


class RecordConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.record"
    label = "record"
