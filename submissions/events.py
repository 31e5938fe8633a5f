"""The custody vocabulary of this app."""

from enum import StrEnum


class Event(StrEnum):
    SUBMISSION_BEGUN = "submissions.submission.begun"
    SUBMISSION_CHANGED = "submissions.submission.changed"
    GRANT_GIVEN = "submissions.submission.grant_given"
    EXHIBIT_ADDED = "submissions.exhibit.added"
    EXHIBIT_CHANGED = "submissions.exhibit.changed"
    EXHIBIT_REMOVED = "submissions.exhibit.removed"
    INCIDENT_ADDED = "submissions.incident.added"
    INCIDENT_CHANGED = "submissions.incident.changed"
    INCIDENT_REMOVED = "submissions.incident.removed"
    COVER_SHEET_WRITTEN = "submissions.cover_sheet.written"
    UPLOAD_BEGUN = "submissions.exhibit.upload_begun"
    UPLOAD_ENDED = "submissions.exhibit.upload_ended"
    FILE_RECEIVED = "submissions.exhibit.file_received"
    FILE_FAILED = "submissions.exhibit.file_failed"
    EXAMINED = "submissions.exhibit.examined"
    UPLOADING_ALLOWED = "submissions.submission.uploading_allowed"
