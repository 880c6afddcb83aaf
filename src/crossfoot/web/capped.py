"""Refuses the body of a request that is larger than its sender may send, before any of it is kept."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.urls import reverse

from crossfoot.access.models import User
from crossfoot.core.roles import Capability, Role, may
from crossfoot.deliver.claim import LARGEST as LARGEST_VERIFIED
from crossfoot.ingest.uploads import LARGEST

SMALL = 2**20


class CappedUpload(TemporaryFileUploadHandler):
    """One GiB for those who may upload, what can be verified on that page, nothing worth the name anywhere else."""

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
        most = SMALL + (_largest(user, self.request.path) if isinstance(user, User) and self.request else 0)
        if content_length > most:
            msg = "The file is larger than this page takes."
            raise RequestDataTooBig(msg)


def _largest(user: User, path: str) -> int:
    if path == reverse("verify"):
        return LARGEST_VERIFIED
    return LARGEST if may(Role(user.role), Capability.UPLOAD_FILES) else 0
