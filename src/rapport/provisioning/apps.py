"""Django's registration of the module."""

from django.apps import AppConfig


class ProvisioningConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.provisioning"
    label = "provisioning"
