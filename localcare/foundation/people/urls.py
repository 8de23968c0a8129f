"""Addresses of the people room; the page of one person belongs to the record."""

from django.urls import path

from localcare.foundation.people import details_views, duplicate_views, linking_views, views

urlpatterns = [
    path("people/", views.search, name="person-search"),
    path("people/new/", details_views.new, name="person-new"),
    path("people/<uuid:reference>/edit/", details_views.edit, name="person-edit"),
    path("people/<uuid:reference>/relationships/", details_views.relationships, name="person-relationships"),
    path(
        "people/<uuid:reference>/relationships/<int:key>/end/",
        details_views.end,
        name="person-relationship-end",
    ),
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
    path("people/duplicates/<int:key>/not-sure/", duplicate_views.not_sure, name="duplicate-not-sure"),
    path("people/duplicates/searches/", linking_views.searches, name="likeness-searches"),
    path("people/duplicates/searches/now/", linking_views.search_now, name="likeness-search-now"),
    path(
        "people/duplicates/searches/<uuid:reference>/stop/", linking_views.stop, name="likeness-search-stop"
    ),
    path("people/duplicates/merges/", duplicate_views.merges, name="merges"),
    path("people/duplicates/merges/<int:key>/", duplicate_views.merge, name="merge"),
]
