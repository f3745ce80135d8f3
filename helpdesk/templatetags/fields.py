"""`{{ field|styled }}`: a form's field with the classes of the design system, whoever made the form."""

from django import forms, template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()

PLAIN = "form-control"


@register.filter
def styled(field: BoundField) -> SafeString:
    """The field's widget, and whether it is wrong told to screen readers too."""
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
        name = "form-check-input"
    else:
        name = "form-select" if isinstance(widget, forms.Select) else PLAIN
    attributes: dict[str, str | bool] = {"class": f"{name} is-invalid" if field.errors else name}
    if "placeholder" in widget.attrs:
        attributes["placeholder"] = ""  # allauth repeats the label there
    return field.as_widget(attrs=attributes)
