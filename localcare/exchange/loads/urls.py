"""Addresses of the loads room."""

from django.urls import path

from localcare.exchange.loads import views

urlpatterns = [
    path("loads/", views.load_list, name="loads"),
    path("loads/<int:run_id>/", views.load_page, name="load"),
    path("quarantine/", views.quarantine, name="quarantine"),
    path("quarantine/replay/", views.replay_all, name="quarantine_replay_all"),
    path("quarantine/<int:row_id>/", views.quarantined_row, name="quarantined_row"),
    path("quarantine/<int:row_id>/correct/", views.correct, name="quarantined_row_correct"),
    path("quarantine/<int:row_id>/dismiss/", views.dismiss, name="quarantined_row_dismiss"),
    path("quarantine/<int:row_id>/reopen/", views.reopen, name="quarantined_row_reopen"),
]
