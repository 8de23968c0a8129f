"""Addresses of the directory of services."""

from django.urls import path

from localcare.foundation.services import keeping, views

urlpatterns = [
    path("services/", views.directory, name="services"),
    path("services/directory.csv", views.directory_csv, name="services-csv"),
    path("services/new/", keeping.add, name="service-add"),
    path("services/members/<int:key>/end/", keeping.end_member, name="service-member-end"),
    path(
        "services/closures/<int:key>/take-back/", keeping.take_back_closure, name="service-closure-take-back"
    ),
    path("services/<slug:code>/", views.service, name="service"),
    path("services/<slug:code>/edit/", keeping.edit, name="service-edit"),
    path("services/<slug:code>/members/add/", keeping.add_member, name="service-member-add"),
    path("services/<slug:code>/close/", keeping.close, name="service-close"),
    path("services/<slug:code>/open/", keeping.reopen, name="service-open"),
    path("services/<slug:code>/room/", keeping.room, name="service-room"),
]
