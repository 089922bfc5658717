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
# Where readers find the site, for links in mails; newsroom.checks refuses to start where it cannot be known.
SITE_URL = env.str("SITE_URL", default="").rstrip("/")

INSTALLED_APPS = [
    "newsroom",
    # Before the app that takes their tables out of the admin.
    "allauth",
    "allauth.account",
    "allauth.mfa",
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
    "allauth.account.middleware.AccountMiddleware",
    "accounts.second_factor.StaffHaveASecondFactor",
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

# Counts who asks how often for a code or tries a password. In the database, as those who sign in need that anyway:
# all processes of all hosts share it, nothing is to be installed, and it outlives a Redis that is stopped or emptied.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "limits",
        "KEY_FUNCTION": "accounts.limits.hidden",
        # Django's own 300 would forget limits while many people sign in; what has expired goes within a minute.
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

# Codes and news go out by mail. Without EMAIL_URL: with DEBUG they are printed where the site runs; otherwise they are
# handed to this machine's own mail server.
NO_EMAIL_URL = "consolemail://" if DEBUG else "smtp://localhost:25"
EMAIL_URL = env.str("EMAIL_URL", default=NO_EMAIL_URL)
if not EMAIL_URL.startswith(("smtp://", "smtp+tls://", "smtp+ssl://", "consolemail://", "filemail://")):
    sys.exit("newsroom: EMAIL_URL must look like smtp+tls://user:secret@mail.example:587, or smtp+ssl:// or smtp://.")
vars().update(env.email_url_config(EMAIL_URL))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("EMAIL_FROM", default="webmaster@localhost")

AUTH_USER_MODEL = "accounts.User"
# Passwords of those who have one; codes and passkeys do not need it. It also tells who may do what.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
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

# Whoever may work in the newsroom proves it twice. A passkey is both proofs: what one has, and a finger or a PIN.
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=not DEBUG)
# The proxy sets the address anew, so there is one and the same to believe.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
# Only so that the form for those who have a password has a field for it: nobody signs up with one.
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]
ACCOUNT_FORMS = {"login": "accounts.forms.PasswordForm"}
ACCOUNT_USER_DISPLAY = "accounts.models.display"
ACCOUNT_SESSION_REMEMBER = True
# Of eight digits, 5 tries each: who asks for ten codes an hour guesses somebody's in two hundred years.
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = 3
ACCOUNT_LOGIN_TIMEOUT = 30 * 60
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 8}
# Another address is taken once the code sent to it was typed; whether somebody has it already is not said.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_RATE_LIMITS = {
    "request_login_code": "20/m/ip,100/h/ip,3/m/key,10/h/key",
    "request_login_code_to_one": "40/h/key",
    "manage_email": "10/h/user",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
MFA_FORMS = {"add_webauthn": "accounts.forms.PasskeyForm"}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
# Browsers know passkeys on https and on localhost only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
# A clock that is half a minute off signs in too.
MFA_TOTP_TOLERANCE = 1
# Nobody has an account here without a code from the mailbox, or an administrator who made it.
MFA_ALLOW_UNVERIFIED_EMAIL = True

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
if not SITE_URL and DEBUG:
    SITE_URL = f"http://{f'[{HOST}]' if ':' in HOST else HOST}:{PORT}"
elif not SITE_URL and (named := [host for host in ALLOWED_HOSTS if host[:1] not in ".*"]):
    SITE_URL = f"{'https' if SECURE_SSL_REDIRECT else 'http'}://{named[0]}"
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
