"""Settings that every environment shares."""

from __future__ import annotations

from csp.constants import NONCE, NONE, SELF

from localcare.config.observation.logs import logging_settings
from localcare.config.settings import environment, sign_in
from localcare.config.settings.home import home
from localcare.config.settings.sign_in import *  # noqa: F403
from localcare.kernel.database.address import configured_database

HOME = home()

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "procrastinate.contrib.django",
    "localcare.kernel.nhs_design",
    "localcare.kernel.database",
    "localcare.kernel.access",
    "localcare.kernel.audit",
    "localcare.foundation.places",
    "localcare.foundation.people",
    "localcare.foundation.record",
    "localcare.foundation.data_quality",
    "localcare.foundation.forms",
    "localcare.foundation.services",
    "localcare.foundation.pathways",
    "localcare.care.stratification",
    "localcare.care.discharge",
    "localcare.care.navigation",
    "localcare.care.single_point_of_access",
    "localcare.care.rapid_response",
    "localcare.system.insight",
    "localcare.system.planning",
    "localcare.exchange.loads",
    "localcare.exchange.extracts",
    "localcare.exchange.fhir",
]

MIDDLEWARE = [
    "localcare.config.client_address.ClientAddressMiddleware",
    "localcare.config.observation.request_log.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "localcare.config.session_expiry.SessionExpiryMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "localcare.kernel.access.middleware.AccessMiddleware",
    "localcare.kernel.access.sign_in_rules.SignInRulesMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "localcare.config.urls"
WSGI_APPLICATION = "localcare.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

DATABASES = {"default": configured_database(HOME)}
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "localcare.kernel.nhs_design.environment.environment",
            "context_processors": ["localcare.kernel.nhs_design.context.page"],
        },
    },
]
FORM_RENDERER = "localcare.kernel.nhs_design.forms.NhsFormRenderer"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "localcare.config.static_files.HashedStaticFiles"},
}

AUTH_USER_MODEL = "access.User"
AXES_FAILURE_LIMIT = environment.number("LOCALCARE_SIGN_IN_FAILURES", sign_in.AXES_FAILURE_LIMIT)
SESSION_IDLE_MINUTES = environment.number("LOCALCARE_SESSION_IDLE_MINUTES", sign_in.SESSION_IDLE_MINUTES)
SESSION_LONGEST_MINUTES = environment.number("LOCALCARE_SESSION_LONGEST_MINUTES", 12 * 60)
SESSION_COOKIE_AGE = SESSION_LONGEST_MINUTES * 60
SECOND_FACTOR_REQUIRED = environment.switch("LOCALCARE_REQUIRE_SECOND_FACTOR", default=False)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"

# What the browser is told
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Being watched over
TRUSTED_PROXIES = environment.names("LOCALCARE_TRUSTED_PROXIES") or ["127.0.0.1", "::1"]
CODE_LIST_PACKS = environment.text("LOCALCARE_CODE_LIST_PACKS")
DATA_QUALITY_RULES = environment.text("LOCALCARE_DATA_QUALITY_RULES")
METRICS_TOKEN = environment.text("LOCALCARE_METRICS_TOKEN")
READY_NEEDS_WORKER = environment.switch("LOCALCARE_READY_NEEDS_WORKER", default=False)
# Keep the nightly export, without names, so that the next reads only what changed.
KEEP_NIGHTLY_EXPORT = environment.switch("LOCALCARE_KEEP_NIGHTLY_EXPORT", default=False)
EXPORT_WORKS_PERCENT = environment.number("LOCALCARE_EXPORT_WORKS_PERCENT", 40, least=5, most=100)
LOGGING = logging_settings(
    readable=environment.switch("LOCALCARE_READABLE_LOGS", default=True),
    level=environment.text("LOCALCARE_LOG_LEVEL", "INFO"),
)

# Whether a demonstration may write a journal as if it were another time; never with real people.
LOCALCARE_MAY_PLAY_TIME = False
