"""The Django admin behind the staff pages' own sign-in: with its rate limits and second factor."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class AdminSite(admin.AdminSite):
    site_header = _("Helpdesk administration")
    site_title = _("Helpdesk")
    index_title = _("Settings and records")
    site_url = "/tickets/"
    login = secure_admin_login(admin.AdminSite.login)
