"""Pages of this room."""

from django.urls import path

from rules import builder_views, hours_views, views
from tickets import path_converters  # noqa: F401  (registers `id`)

urlpatterns = [
    path("rules/", views.rule_list, name="rule-list"),
    path("rules/add/", views.add, name="rule-add"),
    path("rules/new/", builder_views.new, name="rule-new"),
    path("rules/check/", builder_views.check, name="rule-check"),
    path("rules/try/", builder_views.try_it, name="rule-try"),
    path("rules/hours/", hours_views.inboxes, name="working-hours"),
    path("rules/hours/<int:inbox_id>/", hours_views.hours, name="working-hours-of"),
    path("rules/hours/<int:inbox_id>/forget/", hours_views.forget, name="working-hours-forget"),
    path("rules/<id:rule_id>/", builder_views.edit, name="rule-edit"),
    path("rules/<id:rule_id>/export/", builder_views.export, name="rule-export"),
    path("rules/<id:rule_id>/resume/", builder_views.resume, name="rule-resume"),
    path("rules/<id:rule_id>/remove/", views.remove, name="rule-remove"),
    path("rules/<id:rule_id>/switch/", views.switch, name="rule-switch"),
]
