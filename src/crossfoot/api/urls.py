"""Every address that answers with a file or a document."""

from django.urls import path

from crossfoot.api.views import api_report, csv_file, json_file, metadata_file, pdf_file

urlpatterns = [
    path("c/<str:customer>/<slug:key>.csv", csv_file, name="report-csv"),
    path("c/<str:customer>/<slug:key>.pdf", pdf_file, name="report-pdf"),
    path("c/<str:customer>/<slug:key>.json", json_file, name="report-json"),
    path("c/<str:customer>/<slug:key>.csv-metadata.json", metadata_file, name="report-metadata"),
    path("api/v1/reports/<slug:key>", api_report, name="api-report"),
]
