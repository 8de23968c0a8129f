"""Addresses of the discharge desk."""

from django.urls import path

from localcare.care.discharge import planning, views

urlpatterns = [
    path("discharge/", views.board, name="discharge"),
    path("discharge/home/", views.after_home, name="discharge-home"),
    path("discharge/people/<uuid:reference>/", views.person, name="discharge-person"),
    path("discharge/people/<uuid:reference>/criteria/", planning.criteria, name="discharge-criteria"),
    path("discharge/people/<uuid:reference>/plan/", planning.choose, name="discharge-plan"),
    path(
        "discharge/people/<uuid:reference>/plan/<slug:pathway>/", planning.plan, name="discharge-plan-pathway"
    ),
]
