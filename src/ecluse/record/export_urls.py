"""Addresses of exports, below ``/export/``."""

from django.urls import path

from ecluse.record import export_pages

urlpatterns = [
    path("", export_pages.listed, name="export_list"),
    path("new/", export_pages.new, name="export_new"),
    path("<int:sequence>/", export_pages.download, name="export_download"),
]
