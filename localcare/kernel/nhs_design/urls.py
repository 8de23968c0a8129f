"""Addresses of the home page and of the pages about the service."""

from django.urls import path

from localcare.kernel.nhs_design import views

urlpatterns = [
    path("", views.home, name="home"),
    path("about/", views.about, name="about"),
    path("about/accessibility/", views.accessibility, name="accessibility"),
    path("about/keyboard/", views.keyboard, name="keyboard"),
]
