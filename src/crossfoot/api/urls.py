"""Every address that answers with a file or a document."""

from django.urls import include, path

from crossfoot.api.v1 import API
from crossfoot.api.views import export_file, house_file, house_metadata_file, metadata_file, report_file
from crossfoot.deliver.formats import FORMATS, OF_CHARGES
from crossfoot.reports.cost import CHARGES

urlpatterns = [
    *(
        path(
            f"c/<str:customer>/{CHARGES.key}{fmt.suffix}",
            report_file,
            {"key": CHARGES.key, "fmt": fmt.key},
            name=fmt.route,
        )
        for fmt in OF_CHARGES
    ),
    *(
        path(f"c/<str:customer>/<slug:key>{fmt.suffix}", report_file, {"fmt": fmt.key}, name=fmt.route)
        for fmt in FORMATS
    ),
    path("c/<str:customer>/<slug:key>.csv-metadata.json", metadata_file, name="report-metadata"),
    *(
        path(f"reports/<slug:key>{fmt.suffix}", house_file, {"fmt": fmt.key}, name=f"house-{fmt.route}")
        for fmt in FORMATS
    ),
    path("reports/<slug:key>.csv-metadata.json", house_metadata_file, name="house-report-metadata"),
    path("exports/<str:number>", export_file, name="export"),
    path("api/v1/", include([found for found in API.urls[0] if getattr(found, "name", "") != "api-root"])),
]
