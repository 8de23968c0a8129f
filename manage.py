"""Django's own command line, for migrations while developing."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "localcare.config.settings.development")
    execute_from_command_line(sys.argv)
