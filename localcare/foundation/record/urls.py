"""The pages of one person."""

from django.urls import path

from localcare.foundation.record.person_page import views

urlpatterns = [
    path("people/<uuid:reference>/", views.person, name="person"),
    path("people/<uuid:reference>/timeline/", views.timeline, name="person-timeline"),
    path("people/<uuid:reference>/who-looked/", views.who_looked, name="person-who-looked"),
]
