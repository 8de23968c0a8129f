"""Addresses of the insight room."""

from django.urls import path

from localcare.system.insight import (
    breach_views,
    chart_views,
    comparison_views,
    place_map_views,
    run_views,
    views,
)

urlpatterns = [
    path("insight/", views.dashboard, name="insight"),
    path("insight/indicators/", views.indicators, name="insight-indicators"),
    path("insight/map/", place_map_views.page, name="insight-map"),
    path("insight/map/picture/", place_map_views.picture, name="insight-map-picture"),
    path("insight/map/table.csv", place_map_views.table, name="insight-map-csv"),
    path("insight/compare/", comparison_views.page, name="insight-compare"),
    path("insight/compare/picture/", comparison_views.picture, name="insight-compare-picture"),
    path("insight/compare/table.csv", comparison_views.table, name="insight-compare-csv"),
    path("insight/runs/", run_views.runs, name="insight-runs"),
    path("insight/runs/now/", run_views.run_now, name="insight-run-now"),
    path("insight/runs/<int:run_id>/stop/", run_views.stop, name="insight-run-stop"),
    path("insight/runs/<int:run_id>/", run_views.run, name="insight-run"),
    path("insight/charts/<int:key>/take-back/", chart_views.take_back, name="insight-take-back"),
    path("insight/of/<slug:code>/", views.indicator, name="insight-indicator"),
    path("insight/of/<slug:code>/definition/", views.definition, name="insight-definition"),
    path("insight/of/<slug:code>/breaches/", breach_views.breaches, name="insight-breaches"),
    path("insight/of/<slug:code>/begin-anew/", chart_views.begin_anew, name="insight-begin-anew"),
    path("insight/of/<slug:code>/pictures/<slug:kind>/", views.picture, name="insight-picture"),
    path("insight/of/<slug:code>/tables/<slug:kind>.csv", views.table, name="insight-csv"),
]
