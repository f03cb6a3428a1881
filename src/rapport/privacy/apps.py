"""Django's registration of the module."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.privacy"
    label = "privacy"

    def ready(self) -> None:
        """Have packages sealed anew with everything else."""
        from rapport.customers.resealing import Keeper, add_keeper
        from rapport.privacy import packages

        add_keeper(Keeper(packages.uses, packages.seal_anew))
