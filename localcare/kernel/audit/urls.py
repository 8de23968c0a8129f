"""Addresses of the audit pages."""

from django.urls import path

from localcare.kernel.audit import views

urlpatterns = [
    path("audit/", views.who_looked_page, name="audit"),
    path("audit/activity/", views.activity, name="audit_activity"),
]
