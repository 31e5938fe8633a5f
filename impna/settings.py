"""One settings module; the environment says the rest, through `impna.environment`."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from impna import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent
START = "Start through ./portal, which sets it, or see docs/operations.md."

MODE = env.mode()
DEMO = MODE == "demo"
PRODUCTION = MODE == "production"
PROCESS = env.text("PORTAL_PROCESS", START, default="manage")
DEBUG = False

if PRODUCTION:
    raise ImproperlyConfigured(
        "Production does not start yet: row-level security is not in this version (DESIGN 10). "
        "Set PORTAL_MODE=demo to try the portal on this computer."
    )

# What organisations may let the Secretariat see of a submission (R14); `blind` is always there.
SECRETARIAT_VIEWS = env.several(
    "PORTAL_SECRETARIAT_VIEWS",
    START,
    known=("blind", "cover", "assist"),
    default="blind cover assist" if DEMO else "blind",
)
if "blind" not in SECRETARIAT_VIEWS:
    raise ImproperlyConfigured(
        "PORTAL_SECRETARIAT_VIEWS leaves out blind: no organisation can be made to show more."
    )

# Where things live
VAR_DIR = Path(env.text("PORTAL_VAR", START, default=str(BASE_DIR / "var")))
STORE_DIR = env.directory("PORTAL_STORE_DIR", START)
KEYS_DIR = env.directory("PORTAL_KEYS_DIR", START)
SCRATCH_DIR = env.directory("PORTAL_SCRATCH_DIR", START)
MASTER_KEY_FILE = env.text("PORTAL_MASTER_KEY_FILE", START)
CLAMD_SOCKET = env.text("PORTAL_CLAMD_SOCKET", START, default="")
# The largest stream the scanner takes, in bytes (its StreamMaxLength).
SCAN_LIMIT = env.number("PORTAL_SCAN_LIMIT", START, default=0)
if CLAMD_SOCKET and SCAN_LIMIT <= 0:
    raise ImproperlyConfigured(
        "PORTAL_CLAMD_SOCKET is set but PORTAL_SCAN_LIMIT is not: set it to the scanner's "
        "StreamMaxLength in bytes, or every file would end unscanned."
    )
SECRET_KEY = env.secret("PORTAL_SECRET_FILE", START)

# Who may talk to us
ORIGIN = env.origin("PORTAL_ORIGIN", START, secure=PRODUCTION)
BYTES_ORIGIN = env.origin("PORTAL_BYTES_ORIGIN", START, secure=PRODUCTION)
# Behind a proxy with TLS, as production always is: it says so, and cookies ask for it.
SECURE = ORIGIN.startswith("https://")
_hosts = {o.split("//", 1)[1].rsplit(":", 1)[0] for o in (ORIGIN, BYTES_ORIGIN)}
if DEMO and not _hosts <= {"localhost", "127.0.0.1", "[::1]"}:
    raise ImproperlyConfigured(
        "PORTAL_MODE=demo shows accounts and codes to anyone, so it only answers on this computer: "
        "PORTAL_ORIGIN and PORTAL_BYTES_ORIGIN must name localhost."
    )
ALLOWED_HOSTS = sorted(_hosts)
CSRF_TRUSTED_ORIGINS = sorted({ORIGIN, BYTES_ORIGIN})

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "guardian",
    "django_otp",
    "django_htmx",
    "impna",
    "custody",
    "partners",
    "submissions",
    "cases",
]

# The order is a promise: see impna/middleware.py.
MIDDLEWARE = [
    "impna.middleware.OwnPaths",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "impna.middleware.ResponseHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "impna.middleware.SignedIn",
    "impna.middleware.OneTransaction",
]
ROOT_URLCONF = "impna.urls"
WSGI_APPLICATION = "impna.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "impna.context.portal",
            ],
        },
    }
]

# Data
DATABASES = {"default": env.database(env.text("DATABASE_URL", START), "DATABASE_URL")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.broker("REDIS_URL", START)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "impna",
    }
}

# Who is who
AUTH_USER_MODEL = "partners.User"
AUTHENTICATION_BACKENDS = [
    "partners.backends.MemberBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "partners:sign-in"
LOGIN_REDIRECT_URL = "desk"

# Sessions: twenty idle minutes, sent only to us, gone with the browser.
SESSION_ENGINE = "partners.session_store"
SESSION_COOKIE_AGE = 20 * 60
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-s" if SECURE else "s"
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_USE_SESSIONS = False
CSRF_FAILURE_VIEW = "impna.views.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LANGUAGE_COOKIE_SAMESITE = "Strict"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = SECURE
LANGUAGE_COOKIE_NAME = "language"

# Headers
SECURE_CONTENT_TYPE_NOSNIFF = True
# Nothing to other origins. "no-referrer" would make browsers send "Origin: null" with our own forms.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 63_072_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
X_FRAME_OPTIONS = "DENY"
_bytes = [BYTES_ORIGIN] if BYTES_ORIGIN != ORIGIN else []
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF, *_bytes],
    "form-action": [CSP.SELF, *_bytes],
    "worker-src": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "require-trusted-types-for": ["'script'"],
    "trusted-types": ["default"],
}

# Nothing a person sends is written to disk on the way in (R2): no upload handler but the
# authenticated view's own, and small forms only.
FILE_UPLOAD_HANDLERS = ["impna.uploads.RefuseFiles"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# How much of one partner may be on its way at once, in bytes; space counts twice (DESIGN 6).
PARTNER_QUOTA = env.number("PORTAL_PARTNER_QUOTA", START, default=200 * 1024**3, least=1)

# How long an organisation has to speak with somebody who used their code (requirement 73).
PAUSE_DAYS = env.number("PORTAL_PAUSE_DAYS", START, default=14, least=1)

# Languages
USE_I18N = True
LANGUAGE_CODE = "en"
# Drafts show the layout. Nobody has signed their words off, so production does not offer them
# (DESIGN 9: consent and safety texts in another language only once a named reviewer has).
DRAFT_LANGUAGES = [] if PRODUCTION else [("ar", "العربية")]
LANGUAGES = [("en", _("English")), *DRAFT_LANGUAGES]
LOCALE_PATHS = [BASE_DIR / "impna" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# Files of our own
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if MODE == "test"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = MODE == "test"

# Mail says only that something waits (R8)
MAILERS = {"default": env.mail("PORTAL_MAIL_URL", START, demo=DEMO)}
DEFAULT_FROM_EMAIL = env.text("PORTAL_MAIL_FROM", START, default="portal@localhost")

# Celery
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "fast"
CELERY_TASK_ROUTES = {
    "custody.tasks.intake": {"queue": "intake"},
    "submissions.tasks.redact": {"queue": "intake"},
}
# Sweeps: what a dead worker or broker left is queued again (DESIGN 8). Seconds.
CELERY_BEAT_SCHEDULE = {
    "letters": {"task": "partners.tasks.deliver_letters", "schedule": 30.0},
    "sessions": {"task": "partners.tasks.forget_sessions", "schedule": 3600.0},
    "intake": {"task": "custody.tasks.intake", "schedule": 30.0},
    "redactions": {"task": "submissions.tasks.redact", "schedule": 30.0},
    "openings": {"task": "custody.tasks.end_openings", "schedule": 60.0},
    "erasures": {"task": "custody.tasks.finish_erasures", "schedule": 300.0},
    "orphans": {"task": "custody.tasks.sweep_orphans", "schedule": 6 * 3600.0},
    "daily mail": {"task": "partners.tasks.mail_daily", "schedule": 600.0},
    "dates": {"task": "cases.tasks.keep_dates", "schedule": 600.0},
    "codes": {"task": "submissions.tasks.keep_codes", "schedule": 60.0},
    "taken": {"task": "cases.tasks.check_taken", "schedule": 60.0},
    "uploads": {"task": "custody.tasks.expire_uploads", "schedule": 3600.0},
}
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A dead broker must not hold a request: the row is saved, a sweep queues it later (DESIGN 8).
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 6 * 3600,
    "socket_connect_timeout": 2,
    "socket_timeout": 20,
    "max_retries": 0,
}
CELERY_TIMEZONE = "UTC"

# Logs: no request bodies, no parameters, no addresses; database errors by SQLSTATE only.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"reticent": {"()": "impna.logs.Reticent"}},
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "plain",
            "filters": ["reticent"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"django": {"handlers": [], "level": "INFO", "propagate": True}},
}
# An address is unique among accounts that are not closed, and sign-in looks only among those.
SILENCED_SYSTEM_CHECKS: list[str] = ["auth.W004"]
