"""Settings common to every mode: SQLite and files under `var/` unless the environment names something bigger."""

from pathlib import Path
from typing import Any

from config import env

env.check_environment()

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = Path(env.text("STEADYWEEK_VAR_DIR") or BASE_DIR / "var")
NODE_MODULES = BASE_DIR / "node_modules"
DATABASE_URL_SET = env.text("DATABASE_URL") is not None
REDIS_URL = env.redis("REDIS_URL")

DEBUG = False
BASE_URL = (env.text("STEADYWEEK_BASE_URL") or "http://127.0.0.1:8000").rstrip("/")
HORIZON_WEEKS = env.number("STEADYWEEK_HORIZON_WEEKS", default=12, least=1, most=52)
FEED_GZIP = env.flag("STEADYWEEK_FEED_GZIP", default=True)
RATE_LIMITS = env.flag("RATE_LIMITS", default=True)
TWILIO_BASE_URL = env.text("TWILIO_BASE_URL")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rules",
    "csp",
    "django_htmx",
    "django_prometheus",
    "people",
    "scheduling",
    "attendance",
    "notifications",
    "api",
    "web",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.RequestIdMiddleware",
    "notifications.middleware.CalendarFeedMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "web.middleware.PersonalLanguageMiddleware",
    "web.middleware.PrivatePagesMiddleware",
    "web.middleware.FormAddressMiddleware",
    "web.middleware.SignInAgainMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.middleware.BusyDatabaseMiddleware",
    "web.middleware.MissingRowMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "web.navigation.navigation",
            ],
        },
    }
]

SQLITE_OPTIONS: dict[str, Any] = {
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
}


def _databases() -> dict[str, Any]:
    named = env.database("DATABASE_URL")
    if named is None:
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        named = {"ENGINE": "django.db.backends.sqlite3", "NAME": VAR_DIR / "steadyweek.sqlite3"}
    if named["ENGINE"].endswith("sqlite3"):
        named["OPTIONS"] = SQLITE_OPTIONS
    else:
        named["CONN_HEALTH_CHECKS"] = True
    # Closing SQLite's last connection writes the whole log back and waits for the disk: dearer than a booking itself.
    named["CONN_MAX_AGE"] = 60
    return {"default": named}


DATABASES = _databases()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# --- who may come in ---------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "web.adapters.InvitedOnlyAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https"
if not RATE_LIMITS:
    ACCOUNT_RATE_LIMITS: Any = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "web.views.errors.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024

# --- words and times ---------------------------------------------------------------------------------------------

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "locale"]

# --- files of the pages ------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns where there is none
STATICFILES_DIRS = [
    (prefix, str(NODE_MODULES / folder))
    for prefix, folder in (
        ("vendor/bootstrap", "bootstrap/dist"),
        ("vendor/icons", "bootstrap-icons"),
        ("vendor/htmx", "htmx.org/dist"),
        ("vendor/chart", "chart.js/dist"),
        ("vendor/calendar", "@event-calendar/build/dist"),
        ("vendor/figtree", "@fontsource-variable/figtree"),
    )
    if (NODE_MODULES / folder).is_dir()
]
STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True

# --- what the browser may do -------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    },
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- the API -----------------------------------------------------------------------------------------------------

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "api.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api.parsers.JsonParser"],
    "DEFAULT_PAGINATION_CLASS": "api.pagination.Page",
    "DEFAULT_SCHEMA_CLASS": "api.schema.Schema",
    "EXCEPTION_HANDLER": "api.problems.problem_handler",
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.UserRateThrottle",
        "rest_framework.throttling.AnonRateThrottle",
    ]
    if RATE_LIMITS
    else [],
    "DEFAULT_THROTTLE_RATES": {"user": "1200/min", "anon": "60/min"},
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
REST_KNOX = {
    "TOKEN_TTL": None,
    "AUTH_HEADER_PREFIX": "Bearer",
    "AUTO_REFRESH": False,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Steadyweek",
    "DESCRIPTION": "Scheduling, attendance and weekly hours.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "Kind": "scheduling.enums.Kind",
        "Mode": "scheduling.enums.Mode",
        "SessionState": "scheduling.enums.SessionState",
        "BookingRefusal": "scheduling.errors.BY_CODE",
        "ApartReason": "scheduling.enums.ApartReason",
        "InvitationState": "scheduling.enums.InvitationState",
        "FamilyShare": "people.enums.FamilyShare",
        "ClosureKind": "people.enums.ClosureKind",
        "ClosureState": "people.enums.ClosureState",
        "BookingStatus": "scheduling.enums.BookingStatus",
        "AttendanceStatus": "attendance.enums.AttendanceStatus",
        "AttendanceMode": "attendance.enums.AttendanceMode",
        "WeekState": "attendance.enums.WeekState",
        "Asker": "attendance.enums.Asker",
        "RequirementMeasure": "attendance.enums.RequirementMeasure",
        "RequirementWindow": "attendance.enums.RequirementWindow",
        "FlagKind": "attendance.enums.FlagKind",
        "FlagState": "attendance.enums.FlagState",
        "MessageKind": "notifications.enums.MessageKind",
        "MessageState": "notifications.enums.MessageState",
        "ReportKind": "attendance.enums.ReportKind",
        "ReportFormat": "attendance.enums.ReportFormat",
        "RunState": "attendance.enums.RunState",
        "Language": "people.enums.Language",
    },
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "api.schema.describe"],
}

# --- messages ----------------------------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = env.text("STEADYWEEK_FROM_EMAIL") or "appointments@localhost"
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 10
OUTBOX_DIR = VAR_DIR / "outbox"
EMAIL_SETTINGS = env.email("EMAIL_URL")
if EMAIL_SETTINGS is None:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = OUTBOX_DIR
else:
    vars().update(EMAIL_SETTINGS)

# --- workers -----------------------------------------------------------------------------------------------------

BROKER_DIR = VAR_DIR / "broker"
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
else:
    for folder in ("queue", "control"):
        (BROKER_DIR / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_URL = "filesystem://localhost"
    CELERY_BROKER_TRANSPORT = "config.broker:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "control_folder": str(BROKER_DIR / "control"),
        "polling_interval": 0.1,
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_DEFAULT_QUEUE = "steadyweek"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    "propose-holidays": {"task": "people.tasks.propose_holidays", "schedule": 86400.0, "options": {"expires": 3600}},
    "extend-horizon": {"task": "scheduling.tasks.extend_horizon", "schedule": 3600.0, "options": {"expires": 3600}},
    "fill-standing": {"task": "scheduling.tasks.fill_standing", "schedule": 600.0, "options": {"expires": 600}},
    "expire-offers": {"task": "scheduling.tasks.expire_offers", "schedule": 30.0, "options": {"expires": 30}},
    "promote-waitlists": {"task": "scheduling.tasks.promote_waitlists", "schedule": 60.0, "options": {"expires": 60}},
    "open-slots": {"task": "scheduling.tasks.open_slots", "schedule": 60.0, "options": {"expires": 60}},
    "recount-weeks": {"task": "attendance.tasks.recount_weeks", "schedule": 20.0, "options": {"expires": 20}},
    "suggest-plans": {"task": "attendance.tasks.suggest_plans", "schedule": 900.0, "options": {"expires": 900}},
    "make-reports": {"task": "attendance.tasks.make_reports", "schedule": 5.0, "options": {"expires": 5}},
    "evaluate-flags": {"task": "attendance.tasks.evaluate_flags", "schedule": 60.0, "options": {"expires": 60}},
    "close-weeks": {"task": "attendance.tasks.close_weeks", "schedule": 600.0, "options": {"expires": 600}},
    "queue-reminders": {"task": "notifications.tasks.queue_reminders", "schedule": 30.0, "options": {"expires": 30}},
    "tell-changes": {"task": "notifications.tasks.tell_changes", "schedule": 15.0, "options": {"expires": 15}},
    "deliver-messages": {"task": "notifications.tasks.deliver_messages", "schedule": 10.0, "options": {"expires": 10}},
    "forget-answers": {"task": "api.tasks.forget_answers", "schedule": 3600.0, "options": {"expires": 3600}},
}

# --- logs: ids, never names --------------------------------------------------------------------------------------

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "config.logs.formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False}},
}
