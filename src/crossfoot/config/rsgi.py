"""The entrance for `crossfoot up`: granian's worker process, which ends with the process that started it."""

import signal

from crossfoot.config.wsgi import application as django
from crossfoot.runtime.keeper import die_with_parent
from crossfoot.web.gateway import Gateway

die_with_parent(signal.SIGKILL)  # granian's own process may be killed before it can end this one
application = Gateway(django)
