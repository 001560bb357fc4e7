"""What a browser posts from the filing form: every control as the page shows it, with some changed."""

from django.core.files.uploadedfile import SimpleUploadedFile

from filing.forms import FilingForms
from tests.factories import picture


def control_value(bound):
    value = bound.field.prepare_value(bound.value())
    if value is None or value is False:
        return None
    return "on" if value is True else value


def posted(filing, **changes):
    """The data of an unchanged page over this filing; a value of None leaves the control out."""
    page = FilingForms(filing, user=filing.enterprise.staff.first())
    forms = [page.form]
    data = {"revision": filing.revision, "action": "save"}
    for row_set in page.row_sets.values():
        data |= {bound.html_name: bound.value() for bound in row_set.management_form}
        forms += row_set.forms
    for bound in [bound for form in forms for bound in form]:
        if not bound.field.disabled and not bound.field.widget.needs_multipart_form:
            data[bound.html_name] = control_value(bound)
    return {name: value for name, value in (data | changes).items() if value is not None}


def upload(colour="#ffffff", name="image.jpg", content=None, **options):
    """A picture as the browser sends it."""
    return SimpleUploadedFile(name, picture(colour, **options) if content is None else content)
