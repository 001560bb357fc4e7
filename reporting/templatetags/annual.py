"""The content of an annual report as its readers see it."""

from django import template

register = template.Library()


@register.filter
def annual_parts(content, report):
    """Title and rows (label, figure, unit) of each section."""
    return [
        (title, [(spec.label, content.get(spec.identifier), spec.unit) for spec in specs])
        for title, specs in report.form_class.parts()
    ]


@register.filter
def annual_indicators(content, report):
    return report.form_class.indicators(content)
