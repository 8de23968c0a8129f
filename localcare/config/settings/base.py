"""Settings that every environment shares."""

from __future__ import annotations

import os
from pathlib import Path

from localcare.config.settings.sign_in import *  # noqa: F403
from localcare.kernel.database.address import database_url, django_database

PROJECT = Path(__file__).resolve().parents[3]
HOME = Path(os.environ.get("LOCALCARE_HOME", PROJECT / "var"))

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
    "localcare.care.stratification",
    "localcare.exchange.loads",
    "localcare.exchange.extracts",
    "localcare.exchange.fhir",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
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
AUTH_USER_MODEL = "access.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DATABASES = {"default": django_database(database_url(HOME))}

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {"environment": "localcare.kernel.nhs_design.environment.environment"},
    },
]

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = PROJECT / "staticfiles"
