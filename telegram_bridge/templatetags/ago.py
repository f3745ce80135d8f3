"""`{{ moment|ago:now }}`: how long ago that was, in words."""

from datetime import datetime, timedelta

from django import template
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

register = template.Library()

A_MOMENT = timedelta(minutes=1)


@register.filter
def ago(moment: datetime, now: datetime) -> str:
    if now - moment < A_MOMENT:
        return _("just now")
    return _("%(time)s ago") % {"time": timesince(moment, now)}
