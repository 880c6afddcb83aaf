"""Every address of the portal that is a page. The list of who may see which is tests/web/routes.py."""

from allauth.account.views import account_inactive, login, logout
from django.urls import path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from crossfoot.web.acts import known_issues_page, publish_again
from crossfoot.web.books import imports_page
from crossfoot.web.close import close_page
from crossfoot.web.data import health_page
from crossfoot.web.definitions import definitions_page
from crossfoot.web.exports import exports_page
from crossfoot.web.findings import accept_page, findings_page, withdraw_page
from crossfoot.web.health import healthz, readyz
from crossfoot.web.home import customer_page, home_page
from crossfoot.web.ledger import entry_act, entry_page
from crossfoot.web.report import house_report_page, report_page
from crossfoot.web.saved import saved_page
from crossfoot.web.search import search_page
from crossfoot.web.services import services_page
from crossfoot.web.tokens import tokens_page
from crossfoot.web.uploads import upload_page, uploads_page
from crossfoot.web.verify import verify_page

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("", home_page, name="home"),
    path("login", login, name="account_login"),
    path("logout", require_POST(logout), name="account_logout"),
    path("language", require_POST(set_language), name="language"),
    path("inactive", account_inactive, name="account_inactive"),
    path("close", close_page, name="close"),
    path("close/publish", publish_again, name="publish-again"),
    path("findings", findings_page, name="findings"),
    path("findings/accept", accept_page, name="findings-accept"),
    path("findings/withdraw", withdraw_page, name="findings-withdraw"),
    path("data", health_page, name="data-health"),
    path("known-issues", known_issues_page, name="known-issues"),
    path("c/<str:customer>/search", search_page, name="search"),
    path("c/<str:customer>/saved-views", saved_page, name="saved-views"),
    path("uploads", uploads_page, name="uploads"),
    path("uploads/<str:number>", upload_page, name="upload"),
    path("exports", exports_page, name="exports"),
    path("services", services_page, name="services"),
    path("tokens", tokens_page, name="tokens"),
    path("definitions", definitions_page, name="definitions"),
    path("verify", verify_page, name="verify"),
    path("imports", imports_page, name="imports"),
    path("reports/<slug:key>", house_report_page, name="house-report"),
    path("c/<str:customer>/entries/<slug:entry>", entry_page, name="entry"),
    path("c/<str:customer>/entries/<slug:entry>/act", entry_act, name="entry-act"),
    path("c/<str:customer>/", customer_page, name="customer"),
    path("c/<str:customer>/<slug:key>", report_page, name="report"),
]
