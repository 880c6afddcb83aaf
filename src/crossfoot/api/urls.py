"""Every address that answers with a file or a document."""

from django.urls import include, path

from crossfoot.api.v1 import API
from crossfoot.api.views import csv_file, json_file, metadata_file

urlpatterns = [
    path("c/<str:customer>/<slug:key>.csv", csv_file, name="report-csv"),
    path("c/<str:customer>/<slug:key>.json", json_file, name="report-json"),
    path("c/<str:customer>/<slug:key>.csv-metadata.json", metadata_file, name="report-metadata"),
    path("api/v1/", include([found for found in API.urls[0] if getattr(found, "name", "") != "api-root"])),
]
