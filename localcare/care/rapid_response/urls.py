"""Addresses of the rapid response desk."""

from django.urls import path

from localcare.care.rapid_response import caseload_views, number_views, views, visit_views

urlpatterns = [
    path("rapid-response/", views.board, name="rapid-response"),
    path("rapid-response/rows/", views.rows, name="rapid-response-rows"),
    path("rapid-response/packages/", caseload_views.caseload, name="rapid-response-packages"),
    path("rapid-response/day-sheet/", caseload_views.day_sheet, name="rapid-response-day-sheet"),
    path("rapid-response/numbers/", number_views.numbers, name="rapid-response-numbers"),
    path("rapid-response/requests/<uuid:reference>/", views.case, name="rapid-response-case"),
    path("rapid-response/requests/<uuid:reference>/visit/", visit_views.visit, name="rapid-response-visit"),
    path(
        "rapid-response/requests/<uuid:reference>/outcome/",
        visit_views.outcome,
        name="rapid-response-outcome",
    ),
    path("rapid-response/requests/<uuid:reference>/late/", number_views.late, name="rapid-response-late"),
    path("rapid-response/requests/<uuid:reference>/<slug:point>/", views.press, name="rapid-response-press"),
]
