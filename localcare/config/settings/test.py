"""Settings for the tests: the real database, fast password hashing, nothing sent anywhere."""

import os

os.environ.setdefault("LOCALCARE_ENVIRONMENT", "test")

from localcare.config.settings.base import *  # noqa: E402, F403

SECRET_KEY = "only-for-tests"
AUDIT_KEY = "only-for-tests-of-the-audit-chain"
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASES["default"]["TEST"] = {"NAME": os.environ.get("LOCALCARE_TEST_DATABASE", "test_localcare")}  # noqa: F405
