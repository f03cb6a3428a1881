"""Django's registration of the module."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.recognition.staff"
    label = "staff"
