"""Settings for the tests: the real database, fast password hashing, nothing sent anywhere."""

import os

os.environ.setdefault("LOCALCARE_ENVIRONMENT", "test")
os.environ.setdefault("LOCALCARE_LOG_LEVEL", "WARNING")

from localcare.config.settings.base import *  # noqa: F403

SECRET_KEY = "only-for-tests"  # noqa: S105
AUDIT_KEY = "only-for-tests-of-the-audit-chain"
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASES["default"]["TEST"] = {"NAME": os.environ.get("LOCALCARE_TEST_DATABASE", "test_localcare")}  # noqa: F405
DATABASES["default"]["OPTIONS"]["options"] = "-c synchronous_commit=off"  # noqa: F405
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
EXPORT_GIVES_WAY = 0  # tests share the processors: an export that gives way to all of them never ends
EXPORT_WORKS_PERCENT = 100
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True

# Whether a demonstration may write a journal as if it were another time; never with real people.
LOCALCARE_MAY_PLAY_TIME = True
