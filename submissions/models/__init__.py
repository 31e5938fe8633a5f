"""What a CSO hands over: submissions, their exhibits, and who may see them."""

from submissions.models.exhibits import Exhibit, UploadToken
from submissions.models.incidents import CoverSheet, Incident
from submissions.models.submissions import (
    Submission,
    SubmissionGroupObjectPermission,
    SubmissionUserObjectPermission,
)

__all__ = [
    "CoverSheet",
    "Exhibit",
    "Incident",
    "Submission",
    "SubmissionGroupObjectPermission",
    "SubmissionUserObjectPermission",
    "UploadToken",
]
