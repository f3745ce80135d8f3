"""Pages of this room."""

from django.urls import path
from django.views.generic import RedirectView

from staff.views import forgotten_password, profile

urlpatterns = [
    path("profile/", profile, name="profile"),
    # Before allauth's own: it would send e-mail, which this product does not.
    path("accounts/password/reset/", forgotten_password, name="account_reset_password"),
    path("accounts/email/", RedirectView.as_view(pattern_name="profile"), name="account_email"),
]
