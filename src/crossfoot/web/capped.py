"""Refuses the body of a request that is larger than its sender may send, before any of it is kept."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from crossfoot.access.models import User
from crossfoot.core.roles import Capability, Role, may
from crossfoot.ingest.uploads import LARGEST

SMALL = 2**20


class CappedUpload(TemporaryFileUploadHandler):
    """One GiB for those who may upload, nothing worth the name for everybody else."""

    def handle_raw_input(
        self,
        input_data: Any,  # noqa: ANN401
        META: Any,  # noqa: ANN401, N803
        content_length: int,
        boundary: Any,  # noqa: ANN401
        encoding: Any = None,  # noqa: ANN401
    ) -> None:
        """Look at the length that the request declares; without one nothing is read."""
        del input_data, META, boundary, encoding
        user = getattr(self.request, "user", None)
        is_allowed = isinstance(user, User) and may(Role(user.role), Capability.UPLOAD_FILES)
        if content_length > (LARGEST + SMALL if is_allowed else SMALL):
            msg = "The file is larger than 1 GiB: upload it in parts, or use `crossfoot ingest`."
            raise RequestDataTooBig(msg)
