"""What a CSO hands over: submissions, their exhibits, and who may see them."""

from submissions.models.consents import Consent, PaperForm
from submissions.models.exclusions import StandingExclusion
from submissions.models.exhibits import Exhibit, UploadToken
from submissions.models.incidents import CoverSheet, Incident
from submissions.models.links import Link, LinkedExhibit
from submissions.models.persons import Part, Person
from submissions.models.redactions import PagePictures, Redaction
from submissions.models.risks import Risk
from submissions.models.submissions import (
    Submission,
    SubmissionGroupObjectPermission,
    SubmissionUserObjectPermission,
)
from submissions.models.unsaved import Unsaved
from submissions.models.versions import Contribution, Declaration, Version, VersionExhibit

__all__ = [
    "Consent",
    "Contribution",
    "CoverSheet",
    "Declaration",
    "Exhibit",
    "Incident",
    "Link",
    "LinkedExhibit",
    "PagePictures",
    "PaperForm",
    "Part",
    "Person",
    "Redaction",
    "Risk",
    "StandingExclusion",
    "Submission",
    "SubmissionGroupObjectPermission",
    "SubmissionUserObjectPermission",
    "Unsaved",
    "UploadToken",
    "Version",
    "VersionExhibit",
]
