"""Addresses of the desk, the journeys and the inbox."""

from django.urls import path

from localcare.foundation.pathways.desk import views

urlpatterns = [
    path("work/", views.work, name="work"),
    path("work/rows/", views.rows, name="work-rows"),
    path("work/tasks/<uuid:reference>/", views.task, name="task"),
    path("work/tasks/<uuid:reference>/<slug:act>/", views.task_act, name="task-act"),
]
