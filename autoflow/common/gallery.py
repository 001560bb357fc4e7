"""The component gallery."""

from django.shortcuts import render


def gallery(request):
    return render(request, "gallery.html")
