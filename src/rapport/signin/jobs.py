"""Background work of this module."""

from django.contrib.auth import get_user_model

from rapport.jobs.actions import job, periodic
from rapport.signin import actions, emergency, sealed


@job("signin.locked_out", of_installation=True)
def locked_out(user_id: int, kind: str) -> None:
    """Record that too many wrong tries came for an account; deferred for accounts that do not exist as well."""
    user = get_user_model().objects.filter(pk=user_id).first()
    if user is not None:
        actions.tell_locked_out(user=user, kind=kind)


@job("signin.reseal", of_installation=True)
def reseal() -> None:
    """Seal the secrets of second factors anew, after a rotation of the key ring."""
    sealed.seal_anew()


@periodic("signin.forget_ended", "53 3 * * *")
def forget_ended(timestamp: int) -> None:
    """Every night: forget the sign-ins that ended long ago, with their addresses and browsers."""
    actions.forget_ended()


@periodic("signin.end_lapsed", "* * * * *")
def end_lapsed(timestamp: int) -> None:
    """Every minute: end sign-ins whose time is over, so that their open pages learn of it."""
    actions.end_lapsed()
    emergency.end_uses()
