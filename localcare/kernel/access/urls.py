"""Addresses of the account pages."""

from django.urls import path

from localcare.kernel.access import views

urlpatterns = [
    path("your-account/", views.what_may_i_see, name="what_may_i_see"),
    path("users/", views.account_list, name="accounts"),
    path("users/new/", views.new_account, name="new_account"),
    path("users/<int:pk>/", views.account, name="account"),
    path("users/<int:pk>/change/", views.change_account, name="change_account"),
    path("users/<int:pk>/close/", views.close_account, name="close_account"),
    path("users/<int:pk>/reopen/", views.reopen_account, name="reopen_account"),
    path("users/<int:pk>/reset-password/", views.reset_password, name="reset_password"),
    path("users/<int:pk>/reset-second-factor/", views.reset_second_factor, name="reset_second_factor"),
    path("users/<int:pk>/roles/new/", views.give_role, name="give_role"),
    path("users/roles/<int:pk>/end/", views.end_role, name="end_role"),
]
