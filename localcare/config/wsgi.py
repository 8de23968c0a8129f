"""The WSGI application that the web server runs; production settings unless others are named."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "localcare.config.settings.production")

application = get_wsgi_application()

if os.environ["DJANGO_SETTINGS_MODULE"].endswith("production"):
    from localcare.config.production_guard import refuse_demonstration_users

    refuse_demonstration_users()
