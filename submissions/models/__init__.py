"""What a CSO hands over: submissions, their exhibits, and who may see them."""

from submissions.models.codes import CodeEnd, WithdrawalCode
from submissions.models.consents import AskAgain, Consent, PaperForm
from submissions.models.data_subjects import DataSubjectRequest
from submissions.models.erasures import Erasure
from submissions.models.exclusions import StandingExclusion
from submissions.models.exhibits import Exhibit, UploadToken
from submissions.models.facts import Group, Information
from submissions.models.holds import Hold
from submissions.models.identities import Identity, NameToken
from submissions.models.incidents import CoverSheet, Incident
from submissions.models.links import Link, LinkedExhibit
from submissions.models.persons import Part, Person
from submissions.models.redactions import PagePictures, Redaction
from submissions.models.reviews import Review
from submissions.models.risks import Risk
from submissions.models.submissions import (
    Submission,
    SubmissionGroupObjectPermission,
    SubmissionUserObjectPermission,
)
from submissions.models.unsaved import Unsaved
from submissions.models.versions import Contribution, Declaration, Version, VersionExhibit

__all__ = [
    "AskAgain",
    "CodeEnd",
    "Consent",
    "Contribution",
    "CoverSheet",
    "DataSubjectRequest",
    "Declaration",
    "Erasure",
    "Exhibit",
    "Group",
    "Hold",
    "Identity",
    "Incident",
    "Information",
    "Link",
    "LinkedExhibit",
    "NameToken",
    "PagePictures",
    "PaperForm",
    "Part",
    "Person",
    "Redaction",
    "Review",
    "Risk",
    "StandingExclusion",
    "Submission",
    "SubmissionGroupObjectPermission",
    "SubmissionUserObjectPermission",
    "Unsaved",
    "UploadToken",
    "Version",
    "VersionExhibit",
    "WithdrawalCode",
]
