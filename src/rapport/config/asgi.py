"""The live process's way in: the streams, with our logging; Django itself is not set up there."""

import os

from django.conf import settings
from django.utils.log import configure_logging

from rapport.config import logs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.config.settings")
configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
logs.guard()

from rapport.live.app import app as application  # noqa: E402 - after the logging it uses

__all__ = ["application"]
