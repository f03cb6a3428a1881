"""Django's registration of the module."""

from django.apps import AppConfig


class GuidesConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.guides"
    label = "guides"

    def ready(self) -> None:
        """Send transactions that were asked for; have connectors' secrets sealed anew with everything else."""
        from rapport.customers.resealing import Keeper, add_keeper
        from rapport.guides import listeners
        from rapport.guides.connectors import sealed

        listeners.register()
        add_keeper(Keeper(sealed.uses, sealed.seal_anew))
