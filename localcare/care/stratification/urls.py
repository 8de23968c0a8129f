"""Addresses of the list."""

from django.urls import path

from localcare.care.stratification import run_views, views

urlpatterns = [
    path("list/", views.tracking_list, name="list"),
    path("list/worklist/", views.worklist, name="list-worklist"),
    path("list/print/", views.print_list, name="list-print"),
    path("list/export.csv", views.export, name="list-export"),
    path("list/decide/", views.decide_page, name="list-decide"),
    path("list/views/", views.save_view, name="list-save-view"),
    path("list/views/<int:view_id>/delete/", views.delete_view, name="list-delete-view"),
    path("list/overview/", run_views.overview, name="list-overview"),
    path("list/runs/", run_views.runs, name="list-runs"),
    path("list/runs/now/", run_views.run_now, name="list-run-now"),
    path("list/runs/<int:run_id>/", run_views.run, name="list-run"),
]
