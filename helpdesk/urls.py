"""Which page is where."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from helpdesk.manifest import manifest

urlpatterns = [
    path("", RedirectView.as_view(url="/tickets/"), name="home"),
    path("manifest.webmanifest", manifest, name="manifest"),
    path("", include("tickets.urls")),
    path("", include("rules.urls")),
    path("", include("telegram_bridge.urls")),
    path("", include("staff.urls")),
    path("", include("helpdesk.health_urls")),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("admin/", admin.site.urls),
]
