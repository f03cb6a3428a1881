"""Django's registration of the module."""

from django.apps import AppConfig


class DraftsConfig(AppConfig):
    """See the module's own docstring."""

    name = "rapport.drafts"
    label = "drafts"

    def ready(self) -> None:
        """Make drafts that were asked for; have the services' secrets sealed anew with everything else."""
        from rapport.customers.resealing import Keeper, add_keeper
        from rapport.drafts import jobs, sealed
        from rapport.events.listeners import subscribe

        subscribe("draft.asked", jobs.make)
        add_keeper(Keeper(sealed.uses, sealed.seal_anew))
