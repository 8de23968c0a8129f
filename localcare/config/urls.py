"""Every address of the site: each room brings its own."""

from importlib.util import find_spec

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"{application.name}.urls"))
    for application in apps.get_app_configs()
    if application.name.startswith("localcare.") and find_spec(f"{application.name}.urls")
]
urlpatterns += [
    path("", include("localcare.config.observation.urls")),
    path("account/", include("allauth.urls")),
]
