"""Addresses."""

app_name = "catalog"
urlpatterns = []
