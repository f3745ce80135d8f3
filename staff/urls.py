"""Pages of this room."""

from django.urls import path
from django.views.generic import RedirectView

from staff.people_views import act, join, people, person, withdraw
from staff.views import audit_page, availability, forgotten_password, profile, sessions

urlpatterns = [
    path("profile/", profile, name="profile"),
    path("availability/", availability, name="availability"),
    path("people/", people, name="people"),
    path("people/<int:user_id>/", person, name="person"),
    path("people/<int:user_id>/act/", act, name="person-act"),
    path("people/invitations/<int:invitation_id>/withdraw/", withdraw, name="invitation-withdraw"),
    path("audit/", audit_page, name="audit"),
    path("accounts/invitation/<str:token>/", join, name="join"),
    path("accounts/sessions/", sessions, name="sessions"),
    # Before allauth's own: it would send e-mail, which this product does not.
    path("accounts/password/reset/", forgotten_password, name="account_reset_password"),
    path("accounts/email/", RedirectView.as_view(pattern_name="profile"), name="account_email"),
]
