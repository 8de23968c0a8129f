"""The demo's settings with one page more, which takes its time."""

from localcare.config.settings.development import *  # noqa: F403

ROOT_URLCONF = "tests.platform.slow_urls"
