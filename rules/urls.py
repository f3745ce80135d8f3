"""Pages of this room."""

from django.urls import path

from rules import views
from tickets import path_converters  # noqa: F401  (registers `id`)

urlpatterns = [
    path("rules/", views.rule_list, name="rule-list"),
    path("rules/add/", views.add, name="rule-add"),
    path("rules/<id:rule_id>/remove/", views.remove, name="rule-remove"),
    path("rules/<id:rule_id>/switch/", views.switch, name="rule-switch"),
]
