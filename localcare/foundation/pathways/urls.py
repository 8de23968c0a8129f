"""Addresses of the pathways room: the desks, and the definitions where they have pages."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

ROOMS = ("localcare.foundation.pathways.desk.urls", "localcare.foundation.pathways.definitions.urls")
urlpatterns: list[URLPattern | URLResolver] = [path("", include(room)) for room in ROOMS if find_spec(room)]
