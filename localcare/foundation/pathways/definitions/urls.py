"""Addresses of the pathway definitions."""

from django.urls import path

from localcare.foundation.pathways.definitions import views

urlpatterns = [
    path("pathways/", views.listing, name="pathways"),
    path("pathways/<slug:code>/", views.pathway, name="pathway"),
    path("pathways/<slug:code>/picture.svg", views.picture, name="pathway-picture"),
    path("pathways/<slug:code>/versions/<int:number>/", views.version, name="pathway-version"),
]
