"""Settings for the demo and for development on one's own machine; never for real people's records."""

from localcare.config.settings import environment
from localcare.config.settings.base import *  # noqa: F403

SECRET_KEY = "only-for-demo-and-development"  # noqa: S105
AUDIT_KEY = "only-for-demo-and-development"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *environment.names("LOCALCARE_ALLOWED_HOSTS")]
IS_DEMONSTRATION = True
DEBUG = False

# Whether a demonstration may write a journal as if it were another time; never with real people.
LOCALCARE_MAY_PLAY_TIME = True
