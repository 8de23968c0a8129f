"""Addresses of the list."""

from django.urls import path

from localcare.care.stratification import decide_views, export_views, keep_views, run_views, views
from localcare.care.stratification.evaluation import views as evaluation_views
from localcare.care.stratification.risk import file_views, publish_views, watch_views
from localcare.care.stratification.risk import views as risk_views

urlpatterns = [
    path("list/", views.tracking_list, name="list"),
    path("list/worklist/", views.worklist, name="list-worklist"),
    path("list/print/", views.print_list, name="list-print"),
    path("list/export.csv", export_views.export, name="list-export"),
    path("list/decide/", decide_views.decide_page, name="list-decide"),
    path("list/views/", keep_views.save_view, name="list-save-view"),
    path("list/views/<int:view_id>/delete/", keep_views.delete_view, name="list-delete-view"),
    path("list/overview/", run_views.overview, name="list-overview"),
    path("list/evaluation/", evaluation_views.evaluation, name="list-evaluation"),
    path("list/evaluation/ask/", evaluation_views.ask, name="list-evaluation-ask"),
    path(
        "list/evaluation/<uuid:reference>/progress/",
        evaluation_views.progress,
        name="list-evaluation-progress",
    ),
    path("list/evaluation/<uuid:reference>/stop/", evaluation_views.stop, name="list-evaluation-stop"),
    path("list/evaluation/table.csv", evaluation_views.evaluation_csv, name="list-evaluation-csv"),
    path("list/evaluation/<slug:outcome>.svg", evaluation_views.picture, name="list-evaluation-picture"),
    path("list/runs/", run_views.runs, name="list-runs"),
    path("list/runs/now/", run_views.run_now, name="list-run-now"),
    path("list/runs/<int:run_id>/", run_views.run, name="list-run"),
    path("list/risk/", risk_views.models, name="risk-models"),
    path("list/risk/train/", risk_views.train, name="risk-train"),
    path("list/risk/<uuid:reference>/", risk_views.model, name="risk-model"),
    path("list/risk/<uuid:reference>/progress/", risk_views.progress, name="risk-progress"),
    path("list/runs/<int:run_id>/stop/", run_views.stop, name="list-run-stop"),
    path("list/risk/<uuid:reference>/stop/", risk_views.stop, name="risk-stop"),
    path("list/risk/<uuid:reference>/again/", risk_views.again, name="risk-again"),
    path("list/risk/<uuid:reference>/publish/", publish_views.publish, name="risk-publish"),
    path("list/risk/<uuid:reference>/withdraw/", publish_views.withdraw, name="risk-withdraw"),
    path("list/risk/<uuid:reference>/card.csv", file_views.card_csv, name="risk-card-csv"),
    path("list/risk/<uuid:reference>/card/<slug:kind>/", file_views.card_file, name="risk-card-file"),
    path("list/risk/<uuid:reference>/plots/<slug:name>/", file_views.plot, name="risk-plot"),
    path("list/risk/<uuid:reference>/drift/", watch_views.drift, name="risk-drift"),
    path("list/risk/<uuid:reference>/about/", watch_views.about_number, name="risk-about"),
    path("list/risk/<uuid:reference>/beside/<uuid:other>/", risk_views.beside, name="risk-beside"),
]
