"""The builder: a rule put together as a sentence, checked as one types, and tried before it is saved."""

import json
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rules import operations, trial, webhooks, words
from rules.actions import ACTIONS
from rules.facts import FIELDS, WEEKDAYS
from rules.language import OPERATORS, Wrong
from rules.models import TIMED, Event, Rule, RuleRun, WebhookCall
from rules.offers import Offers
from rules.operations import Definition
from rules.ready import READY
from rules.texts import VARIABLES
from staff.access import employee, permission_required, staff_required
from staff.roles import MANAGE_DESK
from tickets.errors import OperationRefused
from tickets.models import Ticket
from tickets.querysets import ticket_number

RUNS_SHOWN = 20
RUNS_COUNTED = 1000
LONGEST_DEFINITION = 100_000  # characters


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@permission_required(MANAGE_DESK)
def new(request: HttpRequest) -> HttpResponseBase:
    """A rule from nothing, or (`ready`) from one of the ready ones."""
    if request.method == "POST":
        return _save(request, None)
    ready = READY.get(request.GET.get("ready", ""))
    given = Definition("", Event.MESSAGE_RECEIVED, {}, [])
    if ready:
        given = Definition(
            str(ready.name), ready.event, ready.conditions, ready.actions, minutes=ready.minutes
        )
    return _draw(request, None, given)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@permission_required(MANAGE_DESK)
def edit(request: HttpRequest, rule_id: int) -> HttpResponseBase:
    rule = get_object_or_404(Rule.objects.filter(client__isnull=True), pk=rule_id)
    if request.method == "POST":
        return _save(request, rule)
    actions = list(rule.actions)
    if rule.assign_to_id:
        actions.insert(0, {"do": "assign", "value": str(rule.assign_to_id)})
    given = _defined(rule, actions)
    asked = ticket_number(request.GET.get("version", ""))
    if asked is not None and (earlier := rule.versions.filter(version=asked).first()):
        given = Definition(**earlier.definition)
    return _draw(request, rule, given)


@require_safe
@staff_required
@permission_required(MANAGE_DESK)
def export(request: HttpRequest, rule_id: int) -> HttpResponseBase:
    """The rule as a JSON file, which the builder takes in again."""
    rule = get_object_or_404(Rule.objects.filter(client__isnull=True), pk=rule_id)
    given = _defined(rule, rule.actions)
    response = JsonResponse(given.__dict__, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = f'attachment; filename="rule-{rule.pk}.json"'
    return response


@require_POST
@staff_required
@permission_required(MANAGE_DESK)
def check(request: HttpRequest) -> HttpResponseBase:
    """What is wrong with it so far, and what it says."""
    try:
        given = _definition(request)
    except ValueError as error:
        return JsonResponse({"wrong": [["", str(error)]], "sentence": ""})
    sentence = words.sentence(_draft(given), Offers()) if given.event in Event.values else ""
    return JsonResponse({"wrong": operations.wrong_in(given), "sentence": sentence})


@require_POST
@staff_required
@permission_required(MANAGE_DESK)
def try_it(request: HttpRequest) -> HttpResponseBase:
    """What it would have done lately, or (`ticket`) each condition for one ticket. Changes nothing."""
    context: dict[str, Any] = {}
    try:
        given = _definition(request)
        if wrong := operations.wrong_in(given):
            raise ValueError(wrong[0][1])
        offers = Offers()
        context["actions"] = [words.action_words(one, offers) for one in given.actions]
        asked = request.POST.get("ticket", "").strip()
        if asked:
            ticket = _ticket(request, asked)
            lines = trial.explained(given.event, _draft(given).asked, ticket)
            context |= {"ticket": ticket, "lines": lines, "holds": all(one["holds"] for one in lines[:1])}
        else:
            context["trial"] = trial.tried(given.event, _draft(given).asked, employee(request))
    except (ValueError, Wrong) as error:
        context["error"] = str(error)
    response = render(request, "rules/_trial.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@staff_required
@permission_required(MANAGE_DESK)
def resume(request: HttpRequest, rule_id: int) -> HttpResponseBase:
    rule = get_object_or_404(Rule.objects.visible_to(employee(request)), pk=rule_id)
    if not operations.may_change(rule, employee(request)):
        raise PermissionDenied
    operations.resume(rule)
    messages.success(request, _("The rule runs again."))
    return redirect("rule-list")


def _draft(given: Definition) -> Rule:
    """What it says as a rule that is not saved."""
    return Rule(
        event=given.event,
        minutes=given.minutes,
        conditions=given.conditions,
        actions=given.actions,
        inbox_id=given.inbox,
        team_id=given.team,
        schedule=given.schedule or {},
    )


def _defined(rule: Rule, actions: list[dict[str, Any]]) -> Definition:
    return Definition(
        rule.name,
        rule.event,
        rule.conditions,
        actions,
        rule.stops,
        rule.position,
        rule.minutes,
        rule.inbox_id,
        rule.team_id,
        rule.schedule or None,
        rule.editable_by,
    )


def _ticket(request: HttpRequest, asked: str) -> Ticket:
    visible = Ticket.objects.visible_to(employee(request)).with_people()
    found: Ticket | None = visible.filter(pk=ticket_number(asked) or 0).first()
    if found is None:
        raise ValueError(_("There is no such ticket."))
    return found


def _definition(request: HttpRequest) -> Definition:
    """Raises ValueError with words."""
    raw = request.POST.get("definition", "")
    if len(raw) > LONGEST_DEFINITION:
        raise ValueError(_("This rule is too long."))
    try:
        read = json.loads(raw)
    except (ValueError, RecursionError):
        raise ValueError(_("This is no JSON.")) from None
    if not isinstance(read, dict):
        raise ValueError(_("This is no rule."))
    conditions, actions = read.get("conditions") or {}, read.get("actions") or []
    if not isinstance(conditions, dict) or not isinstance(actions, list):
        raise ValueError(_("This is no rule."))
    position, minutes = read.get("position", 100), read.get("minutes")
    return Definition(
        name=" ".join(str(read.get("name", "")).replace("\0", "").split()),
        event=str(read.get("event", "")),
        conditions=_without_nul(conditions),
        actions=_without_nul(actions),
        stops=read.get("stops") is True,
        position=position if isinstance(position, int) and 0 <= position <= 30_000 else 100,
        minutes=minutes if isinstance(minutes, int) and not isinstance(minutes, bool) else None,
        inbox=_id(read.get("inbox")),
        team=_id(read.get("team")),
        schedule=_without_nul(schedule) if isinstance(schedule := read.get("schedule"), dict) else None,
        editable_by=str(read.get("editable_by") or Rule.EditableBy.ALL),
    )


def _id(value: Any) -> int | None:
    """A number of something, also as a menu gives it; 0, which nothing has, for what is no number."""
    return None if value is None or value == "" else ticket_number(str(value)) or 0


def _without_nul(value: Any) -> Any:
    """PostgreSQL takes no NUL, also not in JSON."""
    return json.loads(json.dumps(value).replace("\\u0000", "\\ufffd"))


def _save(request: HttpRequest, rule: Rule | None) -> HttpResponse:
    try:
        given = _definition(request)
    except ValueError as error:
        messages.error(request, str(error))
        return _draw(request, rule, None, status=HTTPStatus.BAD_REQUEST)
    version = ticket_number(request.POST.get("version", "")) or 0
    try:
        saved = operations.save_rule(rule, given, staff=employee(request), version=version)
    except OperationRefused as refusal:
        messages.error(request, str(refusal))
        return _draw(request, rule, given, status=HTTPStatus.CONFLICT)
    if saved.assign_to_id:  # it is one of the actions now
        saved.assign_to = None
        saved.save(update_fields=["assign_to", "updated_at"])
    messages.success(request, _("Saved."))
    return redirect("rule-list")


def _draw(
    request: HttpRequest, rule: Rule | None, given: Definition | None, *, status: int = HTTPStatus.OK
) -> HttpResponse:
    offers = Offers()
    typed = request.POST.get("definition", "")
    runs = RuleRun.objects.filter(rule=rule).select_related("ticket__client").order_by("-pk")
    context = {
        "rule": rule,
        "definition": typed if given is None else json.dumps(given.__dict__, ensure_ascii=False, indent=2),
        "vocabulary": _vocabulary(offers),
        "ready": READY.items(),
        "is_blank": not request.GET and request.method != "POST",
        "variables": VARIABLES,
        "runs": runs[:RUNS_SHOWN],
        "summary": _summary(rule) if rule else {},
        "versions": rule.versions.select_related("staff")[:RUNS_SHOWN] if rule else [],
        "webhook_key": webhooks.key_of(rule.pk) if rule else "",
        "calls": WebhookCall.objects.filter(rule=rule).order_by("-pk")[:RUNS_SHOWN] if rule else [],
    }
    response = render(request, "rules/builder.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _summary(rule: Rule) -> dict[str, Any]:
    """How its last runs ended, and the milliseconds of the slowest."""
    last = RuleRun.objects.filter(rule=rule).order_by("-pk").values("pk")[:RUNS_COUNTED]
    ended = {f"{one}": Count("pk", filter=Q(outcome=one)) for one in RuleRun.Outcome.values}
    return RuleRun.objects.filter(pk__in=last).aggregate(
        number=Count("pk"), slowest=Max("milliseconds"), **ended
    )


def _vocabulary(offers: Offers) -> dict[str, Any]:
    """What the builder's script offers: events, fields with their operators, actions, choices."""
    named = ("people", "teams", "tags", "statuses", "inboxes", "canned")
    return {
        "events": [[value, str(label)] for value, label in Event.choices],
        "timed": sorted(TIMED),
        "days": [[value, str(label)] for value, label in WEEKDAYS],
        "editable": [[value, str(label)] for value, label in Rule.EditableBy.choices],
        "fields": {
            name: {
                "label": str(field.label),
                "kind": field.kind,
                "named": field.named,
                "choices": field.choices if isinstance(field.choices, str) else offers.of(field.choices),
            }
            for name, field in FIELDS.items()
        },
        "operators": {
            kind: {name: [str(operator.label), operator.needs] for name, operator in operators.items()}
            for kind, operators in OPERATORS.items()
        },
        "actions": {
            name: {
                "label": str(action.label),
                "takes": action.takes,
                "choices": action.choices if isinstance(action.choices, str) else offers.of(action.choices),
            }
            for name, action in ACTIONS.items()
        },
        "offers": {name: offers.of(name) for name in named},
    }
