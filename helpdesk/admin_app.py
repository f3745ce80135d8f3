"""The Django admin with our own site: one that signs in as the staff pages do."""

from django.contrib.admin import apps


class AdminConfig(apps.AdminConfig):
    default = True
    default_site = "helpdesk.admin.AdminSite"
