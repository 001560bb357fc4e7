"""The product's addresses, and beside them the long form rendered by Django alone."""

from django.http import HttpResponse
from django.template import engines
from django.urls import include, path

from filing.forms import FilingForms
from filing.permissions import enterprise_of
from filing.services import findings_of

PLAIN_PAGE = """{% extends "base.html" %}
{% block content %}
  <h1>企业备案</h1>
  <form method="post">
    {% csrf_token %}
    {{ page.form.as_div }}
    {% for rows in page.row_sets.values %}{{ rows.as_div }}{% endfor %}
  </form>
{% endblock %}"""


def plain_form(request):
    """The same version, forms and checks as the page of the product; only the controls are Django's own."""
    page = FilingForms(enterprise_of(request.user).filings.open_versions().get(), user=request.user)
    context = {"page": page, "tasks": page.tasks(findings_of(page.filing))}
    return HttpResponse(engines["django"].from_string(PLAIN_PAGE).render(context, request))


urlpatterns = [path("plain-form/", plain_form), path("", include("autoflow.urls"))]
