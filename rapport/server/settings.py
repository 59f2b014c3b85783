"""The settings of the server. What a person may choose is read here, explained, and refused if it is nonsense.

RAPPORT_HOME           the folder of the data and the keys (./var)
RAPPORT_DATABASE_URL   postgresql://user:password@host:port/name; unset means SQLite in RAPPORT_HOME
RAPPORT_SITE_URL       the address that people type (http://127.0.0.1:8000); https switches secure cookies on
RAPPORT_PRIVATE_HOSTS  hosts or CIDR ranges that channels may reach although they are private, separated by commas
RAPPORT_TIME_ZONE      the zone of new organisations and of pages for people who chose none (UTC)
RAPPORT_QUARANTINE_DAYS  how long what could not be understood or stored is kept (30)
RAPPORT_UNDO_SECONDS   how long a sent answer can still be taken back (10)
RAPPORT_ARCHIVE        the folder of the archive (RAPPORT_HOME/archive)
RAPPORT_ARCHIVE_SECONDS   how long a message may wait until it is archived (600)
RAPPORT_ARCHIVE_MESSAGES  how many may wait: so many are archived at once (5000)
RAPPORT_DEEP_READER    the folder of a model that reads the tone again where the quick reader is unsure (none)
RAPPORT_DEEP_BELOW     how sure the quick reader has to be, in percent, that it is not read again (60)
RAPPORT_HOT_DAYS       how long texts stay in the database once the archive has them; 0: for ever (0)
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import available_timezones

from rapport.core.errors import SettingError
from rapport.home import Home

HOME = Home.from_environment()


def _site(url: str) -> tuple[str, str, bool]:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingError(f"RAPPORT_SITE_URL is {url!r}; it needs http:// or https:// and a host.")
    return url.rstrip("/"), parts.hostname, parts.scheme == "https"


def _whole(name: str, unit: str, default: int, most: int, least: int = 0) -> int:
    text = os.environ.get(name, str(default))
    if not text.isdigit() or not least <= int(text) <= most:
        raise SettingError(f"{name} is {text!r}; it needs a whole number of {unit} from {least} to {most}.")
    return int(text)


def _model(folder: str) -> Path | None:
    path = Path(folder).resolve() if folder else None
    if path and not (path / "config.json").is_file():
        raise SettingError(f"RAPPORT_DEEP_READER is {folder!r}; it needs the folder of a model, with a config.json.")
    return path


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise SettingError(f"RAPPORT_TIME_ZONE is {name!r}; it needs a name such as Europe/Copenhagen.")
    return name


def _sqlite() -> dict[str, Any]:
    # WAL with NORMAL loses nothing when the process dies; the sender switches to FULL, which also survives a power cut.
    # secure_delete overwrites what is deleted: an erased message must not stay readable in the file.
    # The file is not mapped into memory: every thread's connection would map it anew, a quarter of a gigabyte each.
    pragmas = ["journal_mode=WAL", "synchronous=NORMAL", "cache_size=-4096", "secure_delete=ON"]
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(HOME.database),
        "CONN_MAX_AGE": 600,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "".join(f"PRAGMA {pragma};" for pragma in pragmas),
        },
    }


def _postgresql(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql") or len(parts.path) < 2:
        raise SettingError("RAPPORT_DATABASE_URL needs the form postgresql://user:password@host:port/name.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path[1:],
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


SITE_URL, SITE_HOST, SECURE = _site(os.environ.get("RAPPORT_SITE_URL", "http://127.0.0.1:8000"))
PRIVATE_HOSTS = tuple(filter(None, os.environ.get("RAPPORT_PRIVATE_HOSTS", "").split(",")))
QUARANTINE_DAYS = _whole("RAPPORT_QUARANTINE_DAYS", "days", default=30, most=365, least=1)
UNDO_SECONDS = _whole("RAPPORT_UNDO_SECONDS", "seconds", default=10, most=3600)
ARCHIVE = Path(os.environ.get("RAPPORT_ARCHIVE") or HOME.path / "archive").resolve()
ARCHIVE_SECONDS = _whole("RAPPORT_ARCHIVE_SECONDS", "seconds", default=600, most=86_400)
ARCHIVE_MESSAGES = _whole("RAPPORT_ARCHIVE_MESSAGES", "messages", default=5_000, most=1_000_000, least=1)
DEEP_READER = _model(os.environ.get("RAPPORT_DEEP_READER", ""))
DEEP_BELOW = _whole("RAPPORT_DEEP_BELOW", "percent", default=60, most=100, least=34) / 100
HOT_DAYS = _whole("RAPPORT_HOT_DAYS", "days", default=0, most=36_500)

DEBUG = False
SECRET_KEY = HOME.key("django")
ALLOWED_HOSTS = [SITE_HOST, "127.0.0.1", "localhost", "[::1]"]
DATABASE_URL = os.environ.get("RAPPORT_DATABASE_URL", "")
DATABASES = {"default": _postgresql(DATABASE_URL) if DATABASE_URL else _sqlite()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "allauth",
    "allauth.account",
    "rapport.server",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "rapport.server.pages.middleware.content_security_policy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "rapport.server.pages.middleware.first_run",
    "rapport.server.pages.middleware.signed_in",
    "rapport.server.pages.middleware.no_nul",
    "rapport.server.pages.middleware.own_language_and_zone",
]
ROOT_URLCONF = "rapport.server.urls"
WSGI_APPLICATION = "rapport.server.wsgi.application"
HERE = Path(__file__).parent
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "rapport.server.pages.context.shell",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "rapport.server.pages.tags"],
        },
    }
]

# -- people ----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "rapport.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "rapport.server.organise.sign_in.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = str(HOME.path / "mail")

# -- the wire --------------------------------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "rapport_session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "rapport_csrf"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None

# -- language, time, files -------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [HOME.folder("locale")]  # compiled from `locale` beside this file; see languages.py
FORMAT_MODULE_PATH = "rapport.server.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = _zone(os.environ.get("RAPPORT_TIME_ZONE", "UTC"))
STATIC_URL = "/static/"
STATICFILES_DIRS = [HERE / "static"]
STATIC_ROOT = HOME.folder("static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
MEDIA_ROOT = HOME.path / "media"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
SILENCED_SYSTEM_CHECKS: list[str] = []
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname:<7} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # These write whole addresses, tokens included, at INFO.
    "loggers": {name: {"level": "WARNING"} for name in ("httpx", "httpcore", "urllib3", "django.server")},
}
