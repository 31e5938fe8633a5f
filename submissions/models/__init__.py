"""What a CSO hands over: submissions, their exhibits, and who may see them."""

from submissions.models.exhibits import Exhibit, UploadToken
from submissions.models.submissions import (
    Submission,
    SubmissionGroupObjectPermission,
    SubmissionUserObjectPermission,
)

__all__ = [
    "Exhibit",
    "Submission",
    "SubmissionGroupObjectPermission",
    "SubmissionUserObjectPermission",
    "UploadToken",
]
