"""Addresses of the people room; the page of one person belongs to the record."""

from django.urls import path

from localcare.foundation.people import views

urlpatterns = [
    path("people/", views.search, name="person-search"),
    path("people/duplicates/", views.duplicates, name="duplicates"),
    path("people/duplicates/find/", views.find_duplicates, name="duplicates-find"),
    path("people/duplicates/<int:key>/", views.duplicate, name="duplicate"),
    path("people/merges/<int:key>/", views.merge, name="merge"),
]
