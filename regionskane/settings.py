"""All settings, from the environment. docs/drift.md lists the variables.

A variable that is missing or cannot be understood stops the program with a sentence that says what to write.
"""

import os
from datetime import timedelta
from pathlib import Path

import dj_database_url
import pgtrigger
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent


def _text(namn: str, exempel: str) -> str:
    varde = os.environ.get(namn, "").strip()
    if not varde:
        raise ImproperlyConfigured(f"Miljövariabeln {namn} saknas. Exempel: {namn}={exempel}")
    return varde


def _hemlighet() -> str:
    """The key that signs sessions and forms. The value is never repeated in a message."""
    nyckel = _text("SECRET_KEY", "<minst 50 slumpade tecken>")
    if len(nyckel) < 50 or len(set(nyckel)) < 5 or nyckel.startswith("django-insecure-"):
        raise ImproperlyConfigured(
            "SECRET_KEY går att gissa: den ska vara minst 50 slumpade tecken. "
            'Gör en med: python3 -c "import secrets; print(secrets.token_urlsafe(50))"'
        )
    return nyckel


def _flagga(namn: str, standard: bool) -> bool:
    varde = os.environ.get(namn, "").strip().lower()
    if not varde:
        return standard
    if varde in {"1", "true", "on", "ja"}:
        return True
    if varde in {"0", "false", "off", "nej"}:
        return False
    raise ImproperlyConfigured(
        f"Miljövariabeln {namn} är «{varde}» men ska vara 1 eller 0. Exempel: {namn}=1"
    )


def _heltal(namn: str, standard: int) -> int:
    varde = os.environ.get(namn, "").strip()
    if not varde:
        return standard
    if not varde.isascii() or not varde.isdigit():
        raise ImproperlyConfigured(
            f"Miljövariabeln {namn} är «{varde}» men ska vara ett heltal, noll eller större. "
            f"Exempel: {namn}={standard}"
        )
    return int(varde)


def _megabyte(namn: str, standard: int) -> int:
    """In bytes."""
    antal = _heltal(namn, standard)
    if not 1 <= antal <= 100_000:
        raise ImproperlyConfigured(
            f"Miljövariabeln {namn} är «{antal}» men ska vara mellan 1 och 100000 megabyte. "
            f"Exempel: {namn}={standard}"
        )
    return antal * 1024 * 1024


def _dagar(namn: str, standard: int, *, minst: int = 1) -> timedelta:
    dagar = _heltal(namn, standard)
    if not minst <= dagar <= 36_500:
        raise ImproperlyConfigured(
            f"Miljövariabeln {namn} är «{dagar}» men ska vara mellan {minst} och 36500 dagar. "
            f"Exempel: {namn}={standard}"
        )
    return timedelta(days=dagar)


def _sekunder(namn: str, standard: int) -> int:
    sekunder = _heltal(namn, standard)
    if sekunder > 3600:
        raise ImproperlyConfigured(
            f"Miljövariabeln {namn} är «{sekunder}» men ska vara högst 3600, eller 0 för ingen gräns. "
            f"Exempel: {namn}={standard}"
        )
    return sekunder


def _lista(namn: str, standard: str = "") -> list[str]:
    return [del_.strip() for del_ in os.environ.get(namn, standard).split(",") if del_.strip()]


def _databas() -> dict:
    exempel = "postgres://anvandare:losenord@localhost:5432/regionskane"
    url = _text("DATABASE_URL", exempel)
    if not url.startswith(("postgres://", "postgresql://")):
        # The value may hold a password, so only the part before :// is repeated.
        raise ImproperlyConfigured(
            f"DATABASE_URL börjar med «{url.split('://')[0][:20]}» men systemet kräver PostgreSQL. "
            f"Exempel: DATABASE_URL={exempel}"
        )
    try:
        databas = dj_database_url.parse(
            url, conn_max_age=_heltal("CONN_MAX_AGE", 60), conn_health_checks=True
        )
    except ValueError as fel:
        raise ImproperlyConfigured(
            "DATABASE_URL går inte att tolka. Specialtecken i lösenordet ska procentkodas (@ skrivs %40). "
            f"Exempel: DATABASE_URL={exempel}"
        ) from fel
    # A socket folder comes as ?host=/folder, because a host name in a URL loses its capital letters.
    mapp = databas.get("OPTIONS", {}).pop("host", None)
    if mapp:
        databas["HOST"] = mapp
    # A worker that was killed while its query waits must be noticed, or its job stays taken until the wait ends. And
    # no sum is worth compiling: PostgreSQL guesses what it costs from how many enheter there are, and with some
    # thousand of them took seconds to compile what takes milliseconds to run.
    tillval = databas.setdefault("OPTIONS", {})
    egna = "-c client_connection_check_interval=2000 -c jit=off"
    tillval["options"] = f"{tillval.get('options', '')} {egna}".strip()
    return databas


def _ursprung() -> list[str]:
    ursprung = _lista("CSRF_TRUSTED_ORIGINS")
    for ett in ursprung:
        if not ett.startswith(("https://", "http://")):
            raise ImproperlyConfigured(
                f"CSRF_TRUSTED_ORIGINS innehåller «{ett}» men varje adress ska börja med https://. "
                "Exempel: CSRF_TRUSTED_ORIGINS=https://budget.example.se"
            )
    return ursprung


def _redis() -> str:
    url = os.environ.get("REDIS_URL", "").strip()
    if url and not url.startswith(("redis://", "rediss://", "unix://")):
        raise ImproperlyConfigured(
            f"REDIS_URL börjar med «{url.split('://')[0][:20]}» men ska börja med redis:// eller rediss://. "
            "Utelämna den om jobben ska köas i filer. Exempel: REDIS_URL=redis://localhost:6379/0"
        )
    return url


def _kolada() -> str:
    url = os.environ.get("KOLADA_URL", "").strip() or "https://api.kolada.se/v3"
    if not url.startswith(("https://", "http://")):
        raise ImproperlyConfigured(
            f"KOLADA_URL är «{url}» men ska börja med https://. Exempel: KOLADA_URL=https://api.kolada.se/v3"
        )
    return url


SECRET_KEY = _hemlighet()
DEBUG = _flagga("DEBUG", False)
ALLOWED_HOSTS = _lista("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = _ursprung()
DATA_DIR = Path(os.environ.get("DATA_DIR", "").strip() or BASE_DIR / "var").resolve()
# On when a proxy in front speaks https and sets X-Forwarded-Proto and X-Forwarded-For.
HTTPS = _flagga("HTTPS", False)

DATABASES = {"default": _databas()}
# Seconds that one statement may take in a web process (`regionskane.langsamt`); 0: as long as it takes, as in workers
# and commands.
WEBBFRAGA_SEKUNDER = _sekunder("WEBBFRAGA_SEKUNDER", 20)
# Seconds of processor time that an answer of a web process may cost (`regionskane.tungt`); 0: as much as it does.
WEBBSVAR_SEKUNDER = _sekunder("WEBBSVAR_SEKUNDER", 10)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "axes",
    "csp",
    "pgtrigger",
    "pghistory",
    "regionskane.jobb",
    "organisation",
    "budget",
    "indikatorer",
    "uppfoljning",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "regionskane.indata.IngenKopiaMiddleware",
    "regionskane.indata.OtillatnaTeckenMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "organisation.middleware.IdleTimeoutMiddleware",
    "regionskane.indata.ForStortMiddleware",
    "organisation.middleware.BytLosenordMiddleware",
    "organisation.middleware.NedladdningMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Last, so that it may replace the answer of a login that was refused.
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "regionskane.urls"
WSGI_APPLICATION = "regionskane.wsgi.application"

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
                "organisation.context.ram",
            ],
        },
    },
]

# History: one trigger run per statement, and events that nobody can change afterwards.
PGHISTORY_LEVEL = pgtrigger.Statement
PGHISTORY_APPEND_ONLY = True

# Users and sessions.
AUTH_USER_MODEL = "organisation.Anvandare"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "organisation.losenord.VanligtLosenord"},
]
LOGIN_URL = "/logga-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/logga-in/"
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
IDLE_TIMEOUT_SECONDS = _heltal("IDLE_TIMEOUT_SECONDS", 3600)

# Guessing. Name and address together: a stranger who guesses does not lock the owner out.
AXES_HANDLER = "organisation.gissning.Gissningsvakt"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
# An attempt that is refused is not counted, so a lock ends when it says that it ends.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
# Failures in an hour for one account from anywhere, and from one address for any account. 0: no limit.
LOGIN_LIMIT_ACCOUNT = _heltal("LOGIN_LIMIT_ACCOUNT", 50)
LOGIN_LIMIT_ADDRESS = _heltal("LOGIN_LIMIT_ADDRESS", 100)
AXES_ENABLE_ACCESS_FAILURE_LOG = True
# Never stored with an attempt.
AXES_SENSITIVE_PARAMETERS = ["old_password", "new_password1", "new_password2", "csrfmiddlewaretoken"]
AXES_LOCKOUT_TEMPLATE = "organisation/last_ute.html"
AXES_HTTP_RESPONSE_CODE = 429
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_CLIENT_IP_CALLABLE = "regionskane.klient.raknad_adress"

# What the browser is told to refuse.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    # The health check asks the process itself, inside the proxy.
    SECURE_REDIRECT_EXEMPT = [r"^halsa/$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

# Language and time. Numbers are formatted by regionskane.lib, so that ids and years get no separators.
LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", "Svenska")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Stockholm"
USE_THOUSAND_SEPARATOR = False

# Files. What is exported is handed out by a view that asks for permission, never by the file server.
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
EXPORT_DIR = DATA_DIR / "filer"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": EXPORT_DIR},
    },
    "staticfiles": {
        # Without the manifest nothing needs to be collected first; the tests run so.
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _flagga("STATIC_MANIFEST", True)
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# A pasted year of figures in one form is more fields than Django's default allows. The bytes are as many as a form
# without files may be: those of one with files are counted when it is read, its files not among them.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# A form with files, from somebody who has logged in.
UPLOAD_LIMIT = _megabyte("UPLOAD_LIMIT_MB", 100)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["regionskane.indata.Jsontolk"],
}

# Jobs. Redis in production; without it the queue is a folder that one worker on the same machine reads.
REDIS_URL = _redis()
TASK_TIME_LIMIT = 15 * 60
FILKO_URL = "filko://localhost"
FILKO_TILLVAL = {
    "data_folder_in": str(DATA_DIR / "ko" / "jobb"),
    "data_folder_out": str(DATA_DIR / "ko" / "jobb"),
    "control_folder": str(DATA_DIR / "ko" / "styrning"),
    "polling_interval": 0.05,
}
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        # Longer than any job, or Redis hands the same job to a second worker.
        "visibility_timeout": 4 * TASK_TIME_LIMIT,
        # Seconds. A worker notices a Redis that went away without a word, and connects anew.
        "socket_connect_timeout": 5,
        "socket_timeout": 15,
        "socket_keepalive": True,
    }
else:
    CELERY_BROKER_URL = FILKO_URL
    CELERY_BROKER_TRANSPORT_OPTIONS = FILKO_TILLVAL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A worker waits for its queue as long as it takes.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = TASK_TIME_LIMIT
# Told first, the job says itself that it took too long. One that is only killed looks like one whose worker died.
CELERY_TASK_SOFT_TIME_LIMIT = TASK_TIME_LIMIT - 30
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A rendered report leaves memory behind: a new process gives it back, every tenth job and after one that took much
# (KiB).
CELERY_WORKER_MAX_TASKS_PER_CHILD = 10
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 800_000
# A job that runs when the queue goes away runs on. Its message comes again, and finds it taken or done.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "regionskane.takt:Schema"
# Touched by beat whenever it looks at the schedule, at least once a minute.
BEAT_LEVER = DATA_DIR / "beat.lever"
CELERY_BEAT_SCHEDULE = {
    "aterstall-avbrutna": {
        "task": "regionskane.jobb.tasks.aterstall_avbrutna",
        "schedule": 60,
        # A worker that was away comes back to one of these, not to a night's worth.
        "options": {"expires": 55},
    },
    # Asked every hour of the day, so that a worker that was away at seven reminds at eight; a part once a day.
    "paminn-om-delar": {
        "task": "budget.tasks.paminn",
        "schedule": crontab(minute=5, hour="7-17"),
        "options": {"expires": 3000},
    },
    # More than once, so that a night's restart does not put it off; what has been done is not done again.
    "gallra": {
        "task": "regionskane.jobb.tasks.gallra",
        "schedule": crontab(minute=20, hour="1-4"),
        "options": {"expires": 3000},
    },
}

# How long things are kept that nobody needs afterwards. Ended sessions go at once; history and received files stay.
GALLRA_JOBB = _dagar("GALLRA_JOBB_DAGAR", 90)
# The lock on an account spares the address that its owner has logged in from in the last thirty days.
GALLRA_INLOGGNINGAR = _dagar("GALLRA_INLOGGNINGAR_DAGAR", 90, minst=30)
GALLRA_NOTISER = _dagar("GALLRA_NOTISER_DAGAR", 365)
# The database refuses to take away younger ones.
GALLRA_NEDLADDNINGAR = _dagar("GALLRA_NEDLADDNINGAR_DAGAR", 1095, minst=30)

# Mail. Without EMAIL_HOST nothing is sent, and reminders stand in the system only.
EMAIL_HOST = os.environ.get("EMAIL_HOST", "").strip()
EMAIL_PORT = _heltal("EMAIL_PORT", 587)
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "").strip()
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = _flagga("EMAIL_USE_TLS", True)
EMAIL_TIMEOUT = 20
EMAIL_SUBJECT_PREFIX = ""
DEFAULT_FROM_EMAIL = _text("EMAIL_FROM", "budget@example.se") if EMAIL_HOST else "budget@localhost"
# The site's address in what is sent from outside a request.
WEBBADRESS = _text("WEBBADRESS", "https://budget.example.se") if EMAIL_HOST else ""

# Where key figures of other regions are fetched, when somebody asks for them.
KOLADA_URL = _kolada()

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"rad": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"nekat": {"()": "regionskane.logg.NekatPaEnRad"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "rad", "filters": ["nekat"]}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # Django's own handlers mail administrators and print only with DEBUG; stderr replaces both.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
        # These speak at every command or report; only what went wrong is of interest.
        # organisation.gissning says it instead, with what was typed made harmless.
        "axes": {"level": "ERROR"},
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
    },
}
