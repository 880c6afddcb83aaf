"""Django settings. What differs between installations comes from the home and the environment; nothing else does."""

import os
from pathlib import Path

from django.conf import global_settings
from psycopg.conninfo import conninfo_to_dict

from crossfoot.runtime.address import paper_size, public_url
from crossfoot.runtime.database import database_of
from crossfoot.runtime.home import open_home

HOME = open_home()
BASE = Path(__file__).resolve().parent.parent

SECRET_KEY = HOME.secret("django")
DEBUG = False
ALLOWED_HOSTS = os.environ.get("CROSSFOOT_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
PUBLIC_URL = public_url(os.environ)
PAPER = paper_size(os.environ)  # of PDFs
RESELLER = os.environ.get("CROSSFOOT_RESELLER", "The reseller")  # who bills, in FOCUS exports
IS_HTTPS = PUBLIC_URL.startswith("https://")

INSTALLED_APPS = [
    "crossfoot.web",  # first: its templates dress the sign-in pages
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "csp",
    "procrastinate.contrib.django",
    "crossfoot.access",
    "crossfoot.audit",
    "crossfoot.ingest",
    "crossfoot.pricing",
    "crossfoot.publish",
    "crossfoot.billing",
    "crossfoot.support",
    "crossfoot.deliver",
    "crossfoot.jobs",
]
MIDDLEWARE = [
    "crossfoot.web.requests.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "crossfoot.web.errors.ErrorPages",
]
ROOT_URLCONF = "crossfoot.config.urls"
WSGI_APPLICATION = "crossfoot.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "crossfoot.web.context.chrome",
            ],
        },
    }
]


# A server that went away without a word is given up within half a minute, so that nobody waits for it for ever.
PATIENCE = {
    "connect_timeout": 10,
    "tcp_user_timeout": 20_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}


def _database(url: str) -> dict[str, object]:
    """Libpq reads the whole address itself, sockets and options included; what it says goes before our PATIENCE."""
    told = conninfo_to_dict(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": told["dbname"],
        "OPTIONS": PATIENCE | {key: value for key, value in told.items() if key != "dbname"},
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


_ADDRESSES = database_of(HOME)
DATABASES = {"default": _database(_ADDRESSES.app_url), "owner": _database(_ADDRESSES.owner_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "crossfoot.access.adapter.ClosedDoor"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if IS_HTTPS else []
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"  # no-referrer would send `Origin: null`, which the check against forgery refuses
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],  # charts are shown as pictures; the style sheet carries small icons
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

FILE_UPLOAD_HANDLERS = ["crossfoot.web.capped.CappedUpload"]
FILE_UPLOAD_TEMP_DIR = str(HOME.tmp)
FILE_UPLOAD_PERMISSIONS = 0o600

LANGUAGE_CODE = "en"
LOCALE_PATHS = [BASE / "locale"]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = IS_HTTPS
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGES = [pair for pair in global_settings.LANGUAGES if pair[0] in {"en", "zh-hans"}]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = BASE / "web" / "static"  # served as built, compressed files beside them: nothing is collected
WHITENOISE_MAX_AGE = 3600
WHITENOISE_ALLOW_ALL_ORIGINS = False

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
LOGGING_CONFIG = None
