"""Addresses of the navigation desk."""

from django.urls import path

from localcare.care.navigation import asking, views

urlpatterns = [
    path("navigation/", views.board, name="navigation"),
    path("navigation/carers/", views.carers, name="navigation-carers"),
    path("navigation/people/<uuid:reference>/", views.person, name="navigation-person"),
    path("navigation/people/<uuid:reference>/ask/", asking.ask, name="navigation-ask"),
]
