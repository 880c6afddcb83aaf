"""The entrance for the web server."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from crossfoot.runtime.logs import get_log, open_log

open_log(settings.HOME, "web")
get_log(__name__).info("started")
application = get_wsgi_application()
