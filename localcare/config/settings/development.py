"""Settings for the demo and for development on one's own machine."""

from localcare.config.settings.base import *  # noqa: F403

SECRET_KEY = "only-for-demo-and-development"
AUDIT_KEY = "only-for-demo-and-development"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
DEBUG = False
