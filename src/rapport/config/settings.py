"""One settings file; everything that varies comes from the environment (docs/reference/settings.md)."""

from pathlib import Path

from rapport.kit import env

SOURCE = Path(__file__).resolve().parent.parent
PROJECT = SOURCE.parent.parent

SECRET_KEY = env.text("SECRET_KEY", "only-for-development")
DEBUG = False
ALLOWED_HOSTS = ["*"]

MODULES = [
    "accounts", "events", "jobs", "customers", "contacts", "routing", "channels.chat", "channels.cti",
    "guides", "insight", "feedback", "recognition", "portal", "desk", "floor", "api", "simulation", "demo",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "procrastinate.contrib.django",
    "rapport.accounts",
    "rapport.events",
]
AUTH_USER_MODEL = "accounts.User"
ROOT_URLCONF = "rapport.config.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"
STATIC_URL = "/static/"

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "lead",
        "HOST": "127.0.0.1",
        "PORT": 5499,
        "USER": "dev",
    }
}
