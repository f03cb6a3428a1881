"""The web process's way in."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from rapport.config import logs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rapport.config.settings")
application = get_wsgi_application()
logs.guard()
gc.freeze()  # what stays for good is not looked through again while requests wait
