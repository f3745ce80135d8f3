"""What the person who asks may see: whatever a page or a form is about is looked up here.

What is out of sight answers like what doesn't exist: that there is a ticket is already news of a client.
"""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from staff.access import employee


def in_sight(request: HttpRequest, rows: Any, pk: int, **more: Any) -> Any:
    """The row `pk` of a queryset with `visible_to`. Raises Http404 when there is none that the asking
    employee may see."""
    return get_object_or_404(rows.visible_to(employee(request)), pk=pk, **more)
