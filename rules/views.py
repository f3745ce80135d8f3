"""The rules: what each says, what it did last; added, switched and removed here or beside a ticket."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rules import operations
from rules.forms import AlwaysAssignForm
from rules.models import Rule, RuleRun
from rules.offers import Offers
from staff.access import employee, permission_required, staff_required
from staff.models import User
from staff.roles import CHANGE_RULES, MANAGE_DESK
from staff.ways_back import way_back
from tickets.errors import OperationRefused
from tickets.models import Client

RULES_SHOWN = 50
CLIENTS_SHOWN = 8
LONGEST_SEARCH = 200


@require_safe
@staff_required
def rule_list(request: HttpRequest) -> HttpResponseBase:
    """The whole page, or for htmx the clients that match what is being typed."""
    wanted = request.GET.get("client", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    context: dict[str, Any] = {
        "wanted": wanted,
        "found": _clients(employee(request), wanted),
        "shown": CLIENTS_SHOWN,
    }
    if request.headers.get("HX-Target") == "found-clients":
        response = render(request, "rules/_found_clients.html", context)
    else:
        rules = Rule.objects.visible_to(employee(request)).order_by("-pk")
        rules = rules.select_related("client", "assign_to", "created_by")
        page = Paginator(rules, RULES_SHOWN).get_page(request.GET.get("page"))
        colleagues = User.objects.active().by_name()
        context |= {"rules": page, "runs": _last_runs(page), "colleagues": colleagues, "offers": Offers()}
        response = render(request, "rules/list.html", context)
    patch_vary_headers(response, ["HX-Target"])
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@staff_required
@permission_required(CHANGE_RULES)
def add(request: HttpRequest) -> HttpResponseBase:
    form = AlwaysAssignForm(request.POST, staff=employee(request))
    back = way_back(request, otherwise="rule-list")
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))
        return redirect(back)
    client, person = form.cleaned_data["client"], form.cleaned_data["assign_to"]
    before = Rule.objects.filter(client=client, event=Rule.Event.TICKET_OPENED).first()
    try:
        rule = operations.always_assign(client, assign_to=person, staff=employee(request))
    except OperationRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(back)
    # What "undo" brings back: the rule that this one replaced, or none.
    context = {"rule": rule, "before": before, "next": back}
    words = render_to_string("rules/_added.html", context, request=request)
    messages.success(request, mark_safe(words))  # noqa: S308  (our own template)
    return redirect(back)


@require_POST
@staff_required
@permission_required(CHANGE_RULES)
def remove(request: HttpRequest, rule_id: int) -> HttpResponseBase:
    theirs = Rule.objects.visible_to(employee(request))
    rule = theirs.select_related("client", "assign_to").filter(pk=rule_id).first()
    _require_allowed(request, rule)
    if rule is not None:  # gone already: somebody else was quicker, and it is what was asked for
        operations.remove(rule)
    messages.success(request, _("The rule was removed."))
    return redirect(way_back(request, otherwise="rule-list"))


@require_POST
@staff_required
@permission_required(CHANGE_RULES)
def switch(request: HttpRequest, rule_id: int) -> HttpResponseBase:
    rule = get_object_or_404(Rule.objects.visible_to(employee(request)), pk=rule_id)
    _require_allowed(request, rule)
    operations.switch(rule, enabled=request.POST.get("enabled") == "1")
    return redirect(way_back(request, otherwise="rule-list"))


def _require_allowed(request: HttpRequest, rule: Rule | None) -> None:
    """Rules about everybody are those of who manages the desk; some are those of fewer people."""
    if rule is None:
        return
    if rule.client_id is None and not employee(request).has_perm(MANAGE_DESK):
        raise PermissionDenied(_("Only a supervisor changes rules about everybody."))
    try:
        operations.require_may_change(rule, employee(request))
    except OperationRefused as refusal:
        raise PermissionDenied(str(refusal)) from refusal


def _clients(staff: User, wanted: str) -> list[Client]:
    if not wanted:
        return []
    # The newest first: whoever is looked for has usually just written. One more shows that there are more.
    matching = Client.objects.visible_to(staff).matching(wanted).select_related("inbox").order_by("-pk")
    return list(matching[: CLIENTS_SHOWN + 1])


def _last_runs(page: Page[Rule]) -> dict[int, RuleRun]:
    newest = RuleRun.objects.filter(rule=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    rules = Rule.objects.filter(pk__in=[rule.pk for rule in page])
    runs = RuleRun.objects.filter(pk__in=rules.values_list(Subquery(newest)))
    return {run.rule_id: run for run in runs}
