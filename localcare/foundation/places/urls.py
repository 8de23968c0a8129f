"""Addresses of the places room."""

from django.urls import path

from localcare.foundation.places import views

urlpatterns = [
    path("places/", views.tree, name="places"),
    path("places/areas/<slug:code>/", views.area, name="area"),
    path("places/areas/<slug:code>/<slug:kind>/", views.operate, name="area-operate"),
    path("places/organisations/<str:code>/", views.organisation, name="organisation"),
    path("places/changes/<int:key>/take-back/", views.reverse, name="place-operation-reverse"),
]
