"""All addresses: files and documents first, since a page's address is the beginning of theirs."""

from django.urls import include, path

handler400 = "crossfoot.web.errors.bad_request"
handler403 = "crossfoot.web.errors.forbidden"
handler404 = "crossfoot.web.errors.not_found"
handler500 = "crossfoot.web.errors.broken"

urlpatterns = [
    path("", include("crossfoot.api.urls")),
    path("", include("crossfoot.web.urls")),
]
