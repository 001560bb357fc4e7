"""Addresses of the catalogue."""

from django.urls import path

from catalog import options
from catalog.views import lists, requests

app_name = "catalog"
urlpatterns = [
    path("brands/", lists.brand_list, name="brand-list"),
    path("brands/options/", options.brand_options, name="brand-options"),
    path("brands/add/", requests.brand_add, name="brand-add"),
    path("models/", lists.model_list, name="model-list"),
    path("models/add/", requests.model_add, name="model-add"),
    path("producers/", lists.producer_list, name="producer-list"),
    path("producers/add/", requests.producer_add, name="producer-add"),
    path("producers/options/", options.producer_options, name="producer-options"),
    path("links/add/", requests.link_add, name="link-add"),
    path("displacements/add/", requests.displacement_add, name="displacement-add"),
    path("requests/", requests.request_list, name="request-list"),
    path("similar/", requests.similar, name="similar"),
]
