"""Addresses of the single point of access."""

from django.urls import path

from localcare.care.single_point_of_access import (
    arrange_views,
    arrival_views,
    call_views,
    contact_views,
    shift_views,
    step_views,
    views,
)

ONE = "access/contacts/<uuid:reference>/"

urlpatterns = [
    path("access/", views.access, name="access"),
    path("access/rows/", views.rows, name="access-rows"),
    path("access/new/", call_views.new, name="access-new"),
    path("access/message/", arrival_views.message, name="access-message"),
    path("access/send/", arrival_views.send, name="access-send"),
    path("access/ring-back/", shift_views.ring_back, name="access-ring-back"),
    path("access/hand-over/", shift_views.hand_over, name="access-hand-over"),
    path("access/hand-over/<uuid:reference>/receive/", shift_views.receive, name="access-receive"),
    path("access/supervise/", shift_views.supervise, name="access-supervise"),
    path("access/wall/", shift_views.wall, name="access-wall"),
    path("access/wall/rows/", shift_views.wall_rows, name="access-wall-rows"),
    path(ONE, contact_views.contact, name="access-contact"),
    path(f"{ONE}take/", contact_views.take, name="access-take"),
    path(f"{ONE}answer/", call_views.answer, name="access-answer"),
    path(f"{ONE}note/", contact_views.note, name="access-note"),
    path(f"{ONE}triage/", step_views.triage, name="access-triage"),
    path(f"{ONE}urgency/", step_views.urgency, name="access-urgency"),
    path(f"{ONE}arrange/", arrange_views.arrange, name="access-arrange"),
    path(f"{ONE}requests/<uuid:step>/another/", arrange_views.another, name="access-another"),
    path(f"{ONE}requests/<uuid:step>/withdraw/", arrange_views.withdraw, name="access-withdraw"),
    path(f"{ONE}ring/", step_views.ring, name="access-ring"),
    path(f"{ONE}tell/", step_views.tell, name="access-tell"),
    path(f"{ONE}screening/", step_views.screening, name="access-screening"),
    path(f"{ONE}close/", step_views.close, name="access-close"),
    path(f"{ONE}take-over/<uuid:step>/", contact_views.take_over, name="access-take-over"),
]
