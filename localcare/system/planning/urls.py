"""Addresses of the planning desk."""

from django.urls import path

from localcare.system.planning import (
    ask_views,
    do_nothing_views,
    keep_views,
    overlay_views,
    run_views,
    views,
)

urlpatterns = [
    path("planning/", views.desk, name="planning"),
    path("planning/runs/", views.runs, name="planning-runs"),
    path("planning/lived/", overlay_views.fit, name="planning-fit"),
    path("planning/send/", keep_views.send, name="planning-send"),
    path("planning/ready/<slug:code>/", ask_views.ready, name="planning-ready"),
    path("planning/ready/<slug:code>/answer/", ask_views.ready_answer, name="planning-ready-answer"),
    path("planning/ready/<slug:code>/solve/", ask_views.ready_solve, name="planning-ready-solve"),
    path("planning/ready/<slug:code>/run/", keep_views.ready_run, name="planning-ready-run"),
    path("planning/ready/<slug:code>/save/", keep_views.ready_save, name="planning-ready-save"),
    path("planning/ready/<slug:code>/file/", keep_views.ready_file, name="planning-ready-file"),
    path("planning/saved/<uuid:reference>/", ask_views.latest, name="planning-latest"),
    path("planning/saved/<uuid:reference>/away/", keep_views.away, name="planning-away"),
    path("planning/saved/<uuid:reference>/<int:number>/", ask_views.saved, name="planning-saved"),
    path(
        "planning/saved/<uuid:reference>/<int:number>/answer/",
        ask_views.saved_answer,
        name="planning-saved-answer",
    ),
    path(
        "planning/saved/<uuid:reference>/<int:number>/solve/",
        ask_views.saved_solve,
        name="planning-saved-solve",
    ),
    path(
        "planning/saved/<uuid:reference>/<int:number>/run/", keep_views.saved_run, name="planning-saved-run"
    ),
    path(
        "planning/saved/<uuid:reference>/<int:number>/save/",
        keep_views.saved_save,
        name="planning-saved-save",
    ),
    path(
        "planning/saved/<uuid:reference>/<int:number>/file/",
        keep_views.saved_file,
        name="planning-saved-file",
    ),
    path("planning/runs/<uuid:reference>/", run_views.run, name="planning-run"),
    path("planning/runs/<uuid:reference>/progress/", run_views.progress, name="planning-run-progress"),
    path("planning/runs/<uuid:reference>/stop/", run_views.stop, name="planning-run-stop"),
    path("planning/runs/<uuid:reference>/again/", run_views.again, name="planning-run-again"),
    path("planning/runs/<uuid:reference>/report/", run_views.report, name="planning-run-report"),
    path("planning/runs/<uuid:reference>/results.csv", run_views.results, name="planning-run-results"),
    path("planning/runs/<uuid:reference>/scenario.yaml", run_views.scenario_file, name="planning-run-file"),
    path("planning/runs/<uuid:reference>/days/<slug:service>/", run_views.days, name="planning-run-days"),
    path(
        "planning/runs/<uuid:reference>/days/<slug:service>/chart/",
        run_views.days_chart,
        name="planning-run-days-chart",
    ),
    path(
        "planning/runs/<uuid:reference>/beside/<uuid:other>/",
        run_views.beside,
        name="planning-beside",
    ),
    path("planning/runs/<uuid:reference>/lived/", overlay_views.lived, name="planning-lived"),
    path("planning/do-nothing/", do_nothing_views.do_nothing, name="planning-do-nothing"),
    path(
        "planning/do-nothing/<slug:code>/chart/",
        do_nothing_views.chart,
        name="planning-do-nothing-chart",
    ),
]
