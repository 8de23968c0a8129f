"""Addresses of the desk, the journeys and the inbox."""

from django.urls import path

from localcare.foundation.pathways.desk import (
    inbox_views,
    journey_views,
    opening_views,
    team_views,
    views,
)

urlpatterns = [
    path("work/", views.work, name="work"),
    path("work/rows/", views.rows, name="work-rows"),
    path("work/export.csv", team_views.export, name="work-export"),
    path("work/team/", team_views.team, name="work-team"),
    path("work/reassign/", team_views.reassign, name="work-reassign"),
    path("work/tasks/<uuid:reference>/", views.task, name="task"),
    path("work/tasks/<uuid:reference>/<slug:act>/", views.task_act, name="task-act"),
    path("journeys/new/", opening_views.journey_new, name="journey-new"),
    path("journeys/<uuid:reference>/", journey_views.journey, name="journey"),
    path("journeys/<uuid:reference>/stop/", journey_views.journey_stop, name="journey-stop"),
    path("people/<uuid:reference>/journeys/", journey_views.person_journeys, name="person-journeys"),
    path("inbox/", inbox_views.inbox, name="inbox"),
    path("inbox/read/", inbox_views.inbox_read, name="inbox-read"),
    path("inbox/settings/<slug:code>/", inbox_views.inbox_settings, name="inbox-settings"),
]
