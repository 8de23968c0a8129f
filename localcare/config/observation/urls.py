"""Addresses for those who run the system."""

from django.urls import path

from localcare.config.observation import views

urlpatterns = [
    path("health/live", views.live, name="health-live"),
    path("health/ready", views.ready, name="health-ready"),
    path("metrics", views.metrics_page, name="metrics"),
]
