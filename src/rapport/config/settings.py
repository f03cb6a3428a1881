"""One settings file; everything that varies comes from the environment (docs/reference/settings.md)."""

from typing import Any

from csp.constants import NONCE, NONE, SELF

from rapport.config import database_url, home, mail, storage
from rapport.kit import env
from rapport.kit.env import SettingError

# The installation
HOME = home.home()
PORT = home.port()
SECRET_KEY = env.text("SECRET_KEY") or home.key("secret_key")
KEY_RING = env.file("RAPPORT_KEY_RING", HOME / "keys" / "ring.json")  # opens what is sealed in the database
RECORDINGS = storage.recordings()  # audio, sealed: a folder or a bucket
LARGEST_RECORDING_MB = env.whole("RAPPORT_LARGEST_RECORDING_MB", 256, lowest=1, highest=4096)
LONGEST_RECORDING_MINUTES = env.whole("RAPPORT_LONGEST_RECORDING_MINUTES", 240, lowest=1, highest=1440)
MAIL = mail.server()  # what e-mail is sent through; None: nothing is sent
PAGES = mail.pages()  # where people find the pages, as e-mail names it
DEBUG = False
RELOAD = env.yes("RAPPORT_RELOAD")  # read changed templates and static files without a restart
LIVE_URL = env.text("RAPPORT_LIVE_URL")  # where browsers find the streams; empty: this host, the next port
SUPPORTED_ROLES = ("web", "live", "router", "worker", "prompter", "command", "owner")
ROLE = env.choice("RAPPORT_ROLE", "command", SUPPORTED_ROLES)

# Addresses and encryption in front of us
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", home.bind(), *env.words("RAPPORT_ALLOWED_HOSTS")]
TLS = env.yes("RAPPORT_TLS")  # a proxy in front encrypts, and sets X-Forwarded-Proto
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TLS else None
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if TLS and host != "*"]
TRUSTED_PROXIES = tuple(env.networks("RAPPORT_TRUSTED_PROXIES", "127.0.0.0/8,::1"))  # whose X-Forwarded-For holds
INTERNAL_HOSTS = tuple(env.words("RAPPORT_INTERNAL_HOSTS"))  # what kit.outbound may call inside our own network
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TLS
SESSION_COOKIE_NAME = f"rapport_session_{PORT}"  # two installations on one host keep apart
CSRF_COOKIE_NAME = f"rapport_csrf_{PORT}"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "rapport.signin.sessions"
SESSION_COOKIE_AGE = 24 * 3600  # seconds; a sign-in ends sooner, by its programmes' rules (rapport.signin)
CSRF_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "media-src": [SELF],
        "manifest-src": [SELF],
        "connect-src": [SELF],  # rapport.config.middleware adds the streams
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

# The parts. A module is listed from the day it exists.
MODULES = [
    "rapport.kit",
    "rapport.jobs",
    "rapport.events",
    "rapport.accounts",
    "rapport.audit",
    "rapport.signin",
    "rapport.provisioning",
    "rapport.feeds",
    "rapport.customers",
    "rapport.contacts",
    "rapport.routing",
    "rapport.channels.chat",
    "rapport.channels.cti",
    "rapport.guides",
    "rapport.prompts",
    "rapport.drafts",
    "rapport.offers",
    "rapport.ledger",
    "rapport.risk",
    "rapport.outreach",
    "rapport.feedback",
    "rapport.insight",
    "rapport.quality",
    "rapport.quality.monitoring",
    "rapport.quality.repeats",
    "rapport.learning",
    "rapport.learning.certification",
    "rapport.learning.practice",
    "rapport.coaching",
    "rapport.recognition",
    "rapport.recognition.awards",
    "rapport.recognition.staff",
    "rapport.recognition.kudos",
    "rapport.recognition.rewards",
    "rapport.recognition.mailing",
    "rapport.privacy",
    "rapport.replays",
    "rapport.partner",
    "rapport.portal",
    "rapport.desk",
    "rapport.floor",
    "rapport.record",
    "rapport.studio",
    "rapport.api",
    "rapport.runtime",
]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "csp",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    *MODULES,
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "rapport.config.middleware.headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "rapport.signin.middleware.sessions",
    "allauth.account.middleware.AccountMiddleware",
    "rapport.config.rates.Limited",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "rapport.config.middleware.hidden_numbers",
    "rapport.config.middleware.Refusals",
]
ROOT_URLCONF = "rapport.config.urls"
WSGI_APPLICATION = "rapport.config.wsgi.application"
DEFAULT_EXCEPTION_REPORTER_FILTER = "rapport.config.reports.NothingSensitive"
CSRF_FAILURE_VIEW = "rapport.config.refusals.csrf_failed"

# People
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "/"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [  # docs/decisions/0010; older hashes are renewed when their person signs in
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "rapport.signin.passwords.HardToGuess"},
]

# Sign-in: django-allauth's flows behind our own pages (rapport.signin); nobody signs up by themselves
ACCOUNT_ADAPTER = "rapport.signin.adapters.Doorkeeper"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_TIMEOUT = 600  # seconds between the password and the second factor
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False  # rapport.signin.limits counts in the database
MFA_ADAPTER = "rapport.signin.adapters.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODE_DIGITS = 10
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Rapport"

# The database: pooled for the web's threads; every other process holds its own connections. We connect as a role
# that owns nothing; only who migrates (RAPPORT_ROLE=owner, set by ourselves) connects as the owner.
DATABASE_URL = env.text("DATABASE_URL") or database_url.embedded(HOME)
APPLICATION = database_url.parse(DATABASE_URL)
DATABASE_OWNER_URL = env.text("DATABASE_OWNER_URL") or database_url.owner(DATABASE_URL, HOME)
OWNER = database_url.parse(DATABASE_OWNER_URL, "DATABASE_OWNER_URL") if DATABASE_OWNER_URL else None
if ROLE == "owner" and OWNER is None:
    raise SettingError(
        "Migrations run as the owner of the database: set DATABASE_OWNER_URL to its address "
        "(docs/howto/own-postgresql.md)."
    )
DATABASES: dict[str, dict[str, Any]] = {"default": {**(OWNER if ROLE == "owner" and OWNER else APPLICATION)}}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["OPTIONS"].setdefault("application_name", f"rapport-{ROLE}")
DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", 5)
# A statement that a connection runs often is planned once: planning took half of what ours cost the database.
DATABASES["default"]["OPTIONS"].update(server_side_binding=True, prepare_threshold=5)
if ROLE == "web":
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 0,
        "max_size": env.whole("RAPPORT_DATABASE_CONNECTIONS", 16, lowest=1, highest=500),
        "timeout": 3,  # seconds a page waits for a connection before it says that the database is away
        "reconnect_timeout": 1,  # seconds; each request tries anew, so we are back as soon as the database is
        "max_idle": 120,
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS: list[str] = []

# Background jobs: each module's are in its jobs.py
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

# Pages
TEMPLATES = [
    {
        "BACKEND": "rapport.config.jinja.Pages",
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "rapport.config.jinja.environment",
            "autoescape": True,
            "auto_reload": RELOAD,
        },
    },
]
STATIC_URL = "/static/"
ASSETS = home.PROJECT / "assets"  # made by `make assets`: what comes from npm
STATICFILES_DIRS = [ASSETS] if ASSETS.is_dir() else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = RELOAD
WHITENOISE_MAX_AGE = 0 if RELOAD else 300  # seconds; addresses of files carry a version, see rapport.config.jinja

# Language and time
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"
USE_I18N = False

# Limits of what one request may carry
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "rapport.kit.uploads.Nameless",
]

# Limits of how many requests one place may send in a minute (rapport.config.rates); 0 is no limit
REQUESTS_PER_ADDRESS = env.whole("RAPPORT_REQUESTS_PER_ADDRESS", 6000, highest=10**7)
REQUESTS_PER_PERSON = env.whole("RAPPORT_REQUESTS_PER_PERSON", 1200, highest=10**7)
SIGN_INS_KEPT_DAYS = env.whole("RAPPORT_SIGN_INS_KEPT_DAYS", 365, lowest=1, highest=36500)  # after they ended
REQUESTS_PER_TOKEN = env.whole("RAPPORT_REQUESTS_PER_TOKEN", 1200, highest=10**7)
STREAMS_PER_PERSON = env.whole("RAPPORT_STREAMS_PER_PERSON", 30, highest=10**7)  # open at once; 0 is no limit
STREAMS_PER_ADDRESS = env.whole("RAPPORT_STREAMS_PER_ADDRESS", 5000, highest=10**7)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "rapport.config.logs.Quiet",
            "fmt": "%(asctime)s %(levelname)s %(name)s: %(message)s",
            "datefmt": "%H:%M:%S",
        }
    },
    "filters": {"brief": {"()": "rapport.config.logs.Brief"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["brief"]}},
    "root": {"handlers": ["stderr"], "level": env.text("RAPPORT_LOG_LEVEL", "WARNING").upper()},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.request": {"level": "ERROR"},  # a refused request is not an alarm
        "psycopg.pool": {"level": "ERROR"},  # we say it ourselves, once
        "rapport": {"level": env.text("RAPPORT_LOG_LEVEL", "INFO").upper()},
    },
}
