"""Django's settings, built from the home folder (``ecluse.toml`` and ``secrets/``). Nothing secret has a default.

Without ``ECLUSE_HOME`` (linters, `--help`, type checks) the settings load but cannot serve: no key, no database.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from ecluse.core.home import Home, load
from ecluse.web import logs

HERE = Path(__file__).parent
HOME: Home | None = load() if os.environ.get("ECLUSE_HOME") else None
SITE = HOME.settings.site if HOME else None
SESSIONS = HOME.settings.sessions if HOME else None


def secret_key() -> str:
    """Return Django's secret key from its file; without a home folder, an empty one, which cannot sign."""
    if HOME is None:
        return ""
    if not HOME.django_key.is_file():
        message = f"{HOME.django_key} is missing. Run `ecluse init` or restore it."
        raise ImproperlyConfigured(message)
    return HOME.django_key.read_text(encoding="ascii").strip()


def postgresql(url: str) -> dict[str, Any]:
    """Return Django's settings of the PostgreSQL database at ``url``."""
    parts = urlsplit(url)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", parts.hostname or "")),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": 0},
    }


def database() -> dict[str, Any]:
    """Return Django's settings of the one database: PostgreSQL when a url is set, else SQLite in WAL."""
    if HOME is None:
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
    url = HOME.settings.database.url
    if url:
        return postgresql(url)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(HOME.sqlite),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 20,
            "detect_types": 0,  # Django's fields convert what they read; raw statements get what is stored
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            " PRAGMA cache_size=-8192; PRAGMA mmap_size=1099511627776",
        },
    }


LOGGING = logs.settings()
SECRET_KEY = secret_key()
DEBUG = False
ALLOWED_HOSTS = list(SITE.hosts) if SITE else []
DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.Account"
ROOT_URLCONF = "ecluse.web.urls"
WSGI_APPLICATION = "ecluse.web.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "ecluse.accounts",
    "ecluse.gate",
    "ecluse.record",
    "ecluse.respond.notices",
    "ecluse.respond.patients",
    "ecluse.respond",
    "ecluse.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ecluse.web.logs.RequestLog",
    "ecluse.web.middleware.NoStore",
    "ecluse.web.middleware.WholeWindow",
    "ecluse.web.middleware.Families",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "ecluse.accounts.federation.sessions.Bounds",
    "ecluse.accounts.middleware.Standing",
    "ecluse.web.doors.Doors",
    "django_htmx.middleware.HtmxMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ecluse.accounts.context.person",
                "ecluse.web.context.menu",
            ],
        },
    },
]

# Languages
LANGUAGE_CODE = SITE.language if SITE else "en"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [HERE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = SITE.time_zone if SITE else "UTC"

# Static files: shipped with the package and served from there by their own process: no build step, no CDN
STATIC_URL = "/static/"
STATICFILES_DIRS = [HERE / "static"]
STATIC_ROOT = None
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "ecluse.web.static_files.Versioned"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600

# Browser rules
HTTPS = bool(SITE and SITE.https)
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_SSL_REDIRECT = bool(SITE and SITE.https and SITE.behind_proxy)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SITE and SITE.behind_proxy else None
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"  # "no-referrer" makes browsers send "Origin: null", which CSRF refuses
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "ecluse.web.errors.refused_form"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    },
}

# Accounts (ecluse.accounts): password in Argon2id, a second factor for everybody, nobody makes an account by themselves
AUTHENTICATION_BACKENDS = ["ecluse.accounts.adapter.People"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "ecluse.accounts.passwords.LongEnough"},
    {"NAME": "ecluse.accounts.passwords.NoKnownWords"},
    {"NAME": "ecluse.accounts.passwords.NotBreached"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name")},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "ecluse.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_DISPLAY = "ecluse.accounts.adapter.shown_name"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_LOGIN_TIMEOUT = 300
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if SITE and SITE.behind_proxy else 0  # or one guesser would use up everybody's attempts
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False  # ecluse.accounts.throttle counts, in the database
MAIL = HOME.settings.mail if HOME and HOME.settings.mail.how else None  # no server by default; see core/home.py
EMAIL_BACKEND = (
    f"django.core.mail.backends.{'filebased' if MAIL.how == 'file' else MAIL.how}.EmailBackend"
    if MAIL
    else "django.core.mail.backends.dummy.EmailBackend"
)
EMAIL_FILE_PATH = str(HOME.path / "mail") if HOME else None
EMAIL_HOST, EMAIL_PORT = (MAIL.server, MAIL.port) if MAIL else ("", 0)
EMAIL_USE_TLS, EMAIL_USE_SSL = (MAIL.security == "starttls", MAIL.security == "tls") if MAIL else (True, False)
EMAIL_HOST_USER = MAIL.user if MAIL else ""
EMAIL_HOST_PASSWORD = (
    (HOME.path / MAIL.password_file).read_text("utf-8").strip() if HOME and MAIL and MAIL.password_file else ""
)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = MAIL.sender if MAIL else ""
MFA_ADAPTER = "ecluse.accounts.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
ACCOUNT_FORMS = {"change_password": "ecluse.accounts.forms.NewPasswordForm"}
MFA_FORMS = {
    "authenticate": "ecluse.accounts.forms.CodeForm",
    "reauthenticate": "ecluse.accounts.forms.FreshCodeForm",
    "add_webauthn": "ecluse.accounts.forms.AddKeyForm",
    "edit_webauthn": "ecluse.accounts.forms.RenameKeyForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = SITE.name if SITE else ""
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
SESSION_COOKIE_AGE = 24 * 60 * 60  # the longest of accounts/strength.py, which ends sessions much sooner
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
