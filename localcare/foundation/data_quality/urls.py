"""Addresses of this room."""

from django.urls import path

from localcare.foundation.data_quality import views

urlpatterns = [
    path("data-quality/", views.overview, name="data-quality"),
    path("data-quality/reports/", views.history, name="data-quality-history"),
    path("data-quality/accepted/", views.accepted, name="data-quality-accepted"),
    path("data-quality/accepted/<int:key>/take-back/", views.take_back, name="data-quality-take-back"),
    path("data-quality/findings/<int:key>/accept/", views.accept, name="data-quality-accept"),
    path("data-quality/reports/<int:key>/", views.report, name="data-quality-report"),
    path("data-quality/reports/<int:key>/findings.csv", views.findings_csv, name="data-quality-csv"),
    path("data-quality/reports/<int:key>/print/", views.print_report, name="data-quality-print"),
    path("data-quality/reports/<int:key>/rules/<slug:code>/", views.rule, name="data-quality-rule"),
    path("data-quality/reports/<int:key>/<slug:kind>/<path:code>/", views.group, name="data-quality-group"),
]
