"""Addresses of the catalogue."""

from django.urls import path

from catalog import options, views

app_name = "catalog"
urlpatterns = [
    path("brands/", views.brand_list, name="brand-list"),
    path("brands/options/", options.brand_options, name="brand-options"),
    path("models/", views.model_list, name="model-list"),
    path("producers/", views.producer_list, name="producer-list"),
    path("producers/options/", options.producer_options, name="producer-options"),
]
