"""Every setting of the product, read from the environment (or `.env`) in this one place.

The names are documented in `.env.example`; a test holds the two together. A production process
with a missing or unsafe setting does not start: see `helpdesk/startup.py`.
"""

from pathlib import Path
from typing import Any

import environ
from django.utils.translation import gettext_lazy as _

from helpdesk.startup import refuse_unsafe, time_zone

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

SECRET_KEY = env.str("SECRET_KEY", default="")
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Where the outside reaches us: Telegram posts to addresses below it.
FIRST_HTTPS = next((origin for origin in CSRF_TRUSTED_ORIGINS if origin.startswith("https://")), "")
PUBLIC_URL = (env.str("PUBLIC_URL", default="") or FIRST_HTTPS).rstrip("/")
DATABASE_URL = env.str("DATABASE_URL", default="")
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
TELEGRAM_BOT_TOKEN = env.str("TELEGRAM_BOT_TOKEN", default="")
TELEGRAM_API_URL = env.str("TELEGRAM_API_URL", default="https://api.telegram.org").rstrip("/")
# Whether that is a Bot API server of our own, started with --local: it takes and gives larger files.
TELEGRAM_LOCAL = env.bool("TELEGRAM_LOCAL", default=False)
# Whether rules may call addresses of this machine and of private networks: anybody who writes rules could
# then reach what stands behind the firewall.
WEBHOOKS_TO_PRIVATE = env.bool("WEBHOOKS_TO_PRIVATE", default=False)
STATE_DIR = Path(env.str("STATE_DIR", default=str(BASE_DIR / "var")))
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(STATE_DIR / "media")))
PORT = env.int("PORT", default=8000)
ADMIN_USERNAME = env.str("ADMIN_USERNAME", default="admin")
ADMIN_PASSWORD = env.str("ADMIN_PASSWORD", default="")
LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en")
TIME_ZONE = time_zone(env.str("TIME_ZONE", default="UTC"))
# How many reverse proxies stand in front: decides whether X-Forwarded-* is believed (0: never).
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("ALLAUTH_TRUSTED_PROXY_COUNT", default=0)

refuse_unsafe(secret_key=SECRET_KEY, debug=DEBUG, allowed_hosts=ALLOWED_HOSTS, database_url=DATABASE_URL)

INSTALLED_APPS = [
    "staff",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",  # its templates, for the form renderer below
    "helpdesk.admin_app.AdminConfig",
    "channels",
    "django_filters",
    "template_partials",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "procrastinate.contrib.django",
    "tickets",
    "rules",
    "telegram_bridge",
    "helpdesk",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "staff.middleware.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "helpdesk.urls"
ASGI_APPLICATION = "helpdesk.asgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "telegram_bridge.bot_states.bots_in_trouble",
                "tickets.navigation.navigation_of_page",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Each request has a thread of its own under ASGI, so a connection kept by a thread is never used
# again; the pool is what keeps connections. Its size bounds what one process asks of PostgreSQL.
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
DATABASES["default"].update(
    ENGINE="helpdesk.database",  # recovers at once from a restart of the server
    CONN_MAX_AGE=0,
    CONN_HEALTH_CHECKS=True,
    OPTIONS={
        "pool": {"min_size": 2, "max_size": 20, "timeout": 10},
        **DATABASES["default"].get("OPTIONS", {}),
    },
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        # A Redis that neither answers nor refuses must not hold a sign-in for ever.
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 5},
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "helpdesk"},
    }
}

AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = ["staff.backends.EmployeeBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/tickets/"
ACCOUNT_ADAPTER = "staff.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {"add_webauthn": "staff.forms.AddPasskeyForm"}
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
HTTPS_ONLY = any(origin.startswith("https://") for origin in CSRF_TRUSTED_ORIGINS)
SECURE_SSL_REDIRECT = False  # the reverse proxy redirects; a second redirect here would break health checks
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS_ONLY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS_ONLY
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # subdomains belong to their owner, not to us
    "security.W008",  # the proxy redirects to HTTPS, see above
    "security.W021",  # preloading is the owner's decision
]
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "media-src": ["'self'", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

LANGUAGES = [("en", _("English")), ("ru", _("Russian"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = STATE_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "helpdesk.static_storage.StaticStorage"},
}

# Telegram takes 50 MB from a bot and gives it 20 MB: https://core.telegram.org/bots/api#sending-files
# A server of one's own takes 2,000 MB and gives whatever Telegram holds, 4,000 MB for those who pay for it:
# https://core.telegram.org/bots/api#using-a-local-bot-api-server
TELEGRAM_UPLOAD_LIMIT = (2000 if TELEGRAM_LOCAL else 50) * 1024 * 1024
TELEGRAM_DOWNLOAD_LIMIT = (4000 if TELEGRAM_LOCAL else 20) * 1024 * 1024
MAX_FILES_PER_REPLY = 10
# The server refuses a larger body at its headers: ten files and the form around them; of the largest files
# only one at a time, since each body lies on the disk while it arrives.
MAX_REQUEST_BYTES = max(MAX_FILES_PER_REPLY * 50 * 1024 * 1024, TELEGRAM_UPLOAD_LIMIT) + 1024 * 1024
# Where a body above 1 MiB may be posted, by whom is signed in; anything else is refused unread.
UPLOAD_PATHS = [r"^/tickets/\d+/(?:reply|note)/$", r"^/canned/(?:\d+/)?$"]
FILE_UPLOAD_HANDLERS = ["tickets.arriving_files.ArrivingFileHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o640

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "helpdesk.log_lines.Line",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # httpx logs whole URLs at INFO, and a Bot API URL holds the token.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
        "daphne": {"level": "WARNING"},
        # One line for each message to a web process that was killed and is still in its group, for a day.
        "channels_redis": {"level": "WARNING"},
    },
}
