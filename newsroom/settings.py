"""The one settings file. Everything that differs between machines comes from the environment (README, "Settings")."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import environ
from django.core.management.utils import get_random_secret_key
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
# What the site writes and git does not know: the SQLite file and the generated key.
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
# `DEBUG= make run` means what `make run` means.
env.ENVIRON = {name: value for name, value in os.environ.items() if value}


def _development_key() -> str:
    """A key made once for this checkout, so that a restart does not sign everybody out. Refused without DEBUG."""
    path = VAR_DIR / "secret-key"
    if not path.exists():
        VAR_DIR.mkdir(exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(get_random_secret_key())
    return path.read_text()


DEBUG = env.bool("DEBUG", default=True)
# Where `manage.py serve` listens; `serve` looks whether PORT is a port.
HOST = env.str("HOST", default="127.0.0.1")
PORT = env.str("PORT", default="8000")
# Of each process: requests that Django works on at once, megabytes of pages, and open streams.
THREADS = env.int("THREADS", default=8)
PAGE_CACHE_MB = env.int("PAGE_CACHE_MB", default=64)
MOST_STREAMS = env.int("MOST_STREAMS", default=10_000)
# A company, or a mobile network's many readers behind one address; those beyond ask every few seconds instead.
MOST_STREAMS_PER_ADDRESS = env.int("MOST_STREAMS_PER_ADDRESS", default=200)
SECRET_KEY = env.str("SECRET_KEY", default="") or (_development_key() if DEBUG else "")
if not SECRET_KEY:
    sys.exit(
        "newsroom: DEBUG is off and SECRET_KEY is not set. Set SECRET_KEY to a long random text and keep it secret, "
        "or set DEBUG=1 to try the site on this machine only."
    )

# Believes X-Forwarded-For and X-Forwarded-Proto, which the proxy must set anew and not only add to.
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
# With DEBUG and no hosts named, Django answers to localhost only; newsroom.checks refuses DEBUG with a public name.
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_NAME = env.str("SITE_NAME", default="Newsroom")

INSTALLED_APPS = [
    "newsroom",
    "accounts",
    "articles",
    "comments",
    "importers",
    "mptt",
    "django_tasks",
    "django_tasks_db",
    "whitenoise.runserver_nostatic",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "newsroom.middleware.private_unless_said",
    "newsroom.middleware.content_security_policy",
    "newsroom.unavailable.AnswerFailures",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "newsroom.unavailable.RefuseWhileAway",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "newsroom.urls"
WSGI_APPLICATION = "newsroom.wsgi.application"
ASGI_APPLICATION = "newsroom.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "newsroom.context_processors.site",
            ],
        },
    },
]

DATABASE_URL = env.str("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'newsroom.sqlite3'}")
DATABASES: dict[str, dict[str, Any]] = {}
if DATABASE_URL.startswith(("sqlite:", "postgres:", "postgresql:")):
    with suppress(ValueError):  # a port that is no number, say
        DATABASES["default"] = env.db_url_config(DATABASE_URL)
if not DATABASES or DATABASES["default"]["NAME"] in ("", ":memory:"):
    sys.exit(
        "newsroom: DATABASE_URL must begin with sqlite:/// or postgres://, as in postgres://user:secret@host/name."
    )
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    VAR_DIR.mkdir(exist_ok=True)
    # Tests use a file too: what they say about locks and processes is then true of the real thing.
    DATABASES["default"]["TEST"] = {"NAME": f"{DATABASES['default']['NAME']}.test"}
    # IMMEDIATE takes the write lock when a transaction begins: writers queue for up to `timeout` seconds instead of
    # failing half-way (DEFERRED refused 84-89 % of 16 writers' attempts), and a tree operation is never interleaved.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA mmap_size = 134217728;",
    }

# Wakes the processes of a site that has several, and holds their shared pages. Nothing is kept in it alone.
REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL and not REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
    sys.exit("newsroom: REDIS_URL must begin with redis://, rediss:// or unix://, as in redis://host:6379/0.")

# After so many hours without an update a live article asks at its desk whether it goes on, and ends an hour later
# unless somebody says so. 0: never.
SILENT_HOURS = env.int("SILENT_HOURS", default=12)

# How much one reader may write and report in which time (comments/limits.py). 0 only to measure and to test.
LIMIT_READERS = env.bool("LIMIT_READERS", default=True)
# Comments close by themselves so many days after their article ended. 0: never.
COMMENTS_CLOSE_AFTER_DAYS = env.int("COMMENTS_CLOSE_AFTER_DAYS", default=30)

# What is done after the answer has gone waits in the database for the serving processes (newsroom/worker.py).
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
CSRF_FAILURE_VIEW = "newsroom.csrf.failure"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "front"
LOGOUT_REDIRECT_URL = "front"

LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en")
LANGUAGES = [("en", _("English")), ("ar", _("Arabic"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
# The zone of pages that belong to no article, and what a new article starts with.
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "newsroom.storage.StaticFiles"
    },
}

# Photographs, as they were made anew from what was sent; what was sent is kept nowhere.
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(VAR_DIR / "media"))
FILE_UPLOAD_PERMISSIONS = 0o644

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# What people type fits; a body of many megabytes is refused before it is read.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

if not DEBUG:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=True)
    SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT
SESSION_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    # Django's own handler would say with DEBUG what the root's says too.
    "loggers": {"django": {"handlers": []}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
