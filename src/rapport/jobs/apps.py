"""Django's registration of the module."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Background work; its tables are procrastinate's."""

    name = "rapport.jobs"
    label = "jobs"
