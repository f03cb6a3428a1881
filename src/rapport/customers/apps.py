"""Django's registration of the module."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.customers"
    label = "customers"
