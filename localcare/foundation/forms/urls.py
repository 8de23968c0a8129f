"""Addresses of forms and completed responses."""

from django.urls import path

from localcare.foundation.forms import views

urlpatterns = [
    path("forms/", views.forms_list, name="forms"),
    path("forms/responses/<uuid:reference>/", views.response, name="form-response"),
    path("forms/responses/<uuid:reference>/amend/", views.amend, name="form-response-amend"),
    path("forms/<slug:code>/", views.preview, name="form"),
]
