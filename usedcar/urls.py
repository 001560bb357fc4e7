"""Addresses."""

app_name = "usedcar"
urlpatterns = []
