"""An undefined variable in a template of ours fails the test; packages may leave theirs undefined."""

import inspect

from django.conf import settings
from django.template.base import Node


class UndefinedTemplateVariable(AssertionError):
    """A template of ours names what its view or component never gave it."""


class UndefinedVariable(str):
    """Django formats `string_if_invalid` with the name it could not resolve: the moment to speak up."""

    def __mod__(self, name):
        template = rendered_template()
        if template.startswith(str(settings.BASE_DIR / "templates")):
            raise UndefinedTemplateVariable(f"{template}: {name}")
        return ""


def rendered_template():
    """The file of the innermost node under way, empty for a template made of a string."""
    frame = inspect.currentframe()
    while frame is not None:
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and getattr(node, "origin", None):
            return node.origin.name
        frame = frame.f_back
    return ""
