"""What the people pages say of an employee."""

from django import template

from staff import audit_words
from staff.models import AuditEntry, User

register = template.Library()


@register.filter
def role_words(user: User) -> str:
    return str(user.role.label)


@register.filter
def audit_kind(entry: AuditEntry) -> str:
    return audit_words.kind_of(entry)
