"""Addresses of the people room; the page of one person belongs to the record."""

from django.urls import path

from localcare.foundation.people import duplicate_views, views

urlpatterns = [
    path("people/", views.search, name="person-search"),
    path("people/duplicates/", duplicate_views.duplicates, name="duplicates"),
    path("people/duplicates/<int:key>/", duplicate_views.duplicate, name="duplicate"),
    path(
        "people/duplicates/<int:key>/merge/first/",
        duplicate_views.merge_pair,
        {"keep": "first"},
        name="merge-keep-first",
    ),
    path(
        "people/duplicates/<int:key>/merge/second/",
        duplicate_views.merge_pair,
        {"keep": "second"},
        name="merge-keep-second",
    ),
    path("people/duplicates/<int:key>/not-same/", duplicate_views.not_same, name="duplicate-not-same"),
    path("people/duplicates/merges/", duplicate_views.merges, name="merges"),
    path("people/duplicates/merges/<int:key>/", duplicate_views.merge, name="merge"),
]
