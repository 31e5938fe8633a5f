"""Controlled lists of the CSO's side; codes are stable, labels are translated (vocabularies V3–V6).

Offences and kinds of conduct have their own modules. A code once shipped is never renamed or used again.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EvidenceType(models.TextChoices):
    """V4a: what an exhibit is."""

    PHOTOGRAPH = "photograph", _("Photograph")
    VIDEO = "video", _("Video")
    AUDIO = "audio", _("Audio")
    SATELLITE_IMAGE = "satellite_image", _("Satellite image")
    DRONE_IMAGE = "drone_image", _("Drone or aerial image")
    WITNESS_STATEMENT = "witness_statement", _("Witness statement")
    VICTIM_TESTIMONY = "victim_testimony", _("Victim testimony")
    FIRST_ACCOUNT_NOTE = "first_account_note", _("First account note")
    AFFIDAVIT = "affidavit", _("Signed affidavit")
    MEDICAL_REPORT = "medical_report", _("Medical or physical examination")
    PSYCHOLOGICAL_REPORT = "psychological_report", _("Psychological report")
    AUTOPSY_FORENSIC = "autopsy_forensic", _("Autopsy or forensic report")
    CHEMICAL_BALLISTIC = "chemical_ballistic", _("Chemical or ballistic analysis")
    BATTLEFIELD_ITEM = "battlefield_item", _("Military or battlefield item")
    OFFICIAL_DOCUMENT = "official_document", _("Official document")
    ORDER_RECORD = "order_record", _("Order or command record")
    CORRESPONDENCE = "correspondence", _("Letter, e-mail, chat")
    CALL_DATA = "call_data", _("Call-data record")
    CALL_SEQUENCE = "call_sequence", _("Call sequence table")
    INTERCEPT = "intercept", _("Intercept")
    DEVICE_IMAGE = "device_image", _("Device image")
    SOCIAL_POST = "social_post", _("Social-media post")
    WEB_PAGE = "web_page", _("Web page")
    BROADCAST = "broadcast", _("Broadcast")
    PRESS_ITEM = "press_item", _("Press item")
    PROPAGANDA = "propaganda", _("Propaganda")
    COURT_RECORD = "court_record", _("Court record")
    DATABASE_EXTRACT = "database_extract", _("Database extract")
    SURVEY = "survey", _("Survey")
    MAP_MODEL = "map_model", _("Map or 3D model")
    PHYSICAL_ITEM = "physical_item", _("Physical item (location only)")
    TRANSCRIPT = "transcript", _("Transcript")
    TRANSLATION = "translation", _("Translation")
    EXPERT_REPORT = "expert_report", _("Expert report")
    OTHER = "other", _("Other")


class Delivery(models.TextChoices):
    """How the exhibit reaches whoever may have it (DESIGN 5.2)."""

    PORTAL = "portal", _("Uploaded here")
    DIRECT = "direct", _("Sent to the authority by another way")
    HELD = "held", _("Held by us or someone else")
    ON_REQUEST = "on_request", _("Given on request")


class Recognisable(models.TextChoices):
    """Whether someone can be recognised in an exhibit; unanswered is never covered (R4)."""

    UNANSWERED = "unanswered", _("Not answered yet")
    NOBODY = "nobody", _("Nobody can be recognised")
    SOMEONE = "someone", _("Someone can be recognised")


class SubmissionKind(models.TextChoices):
    """What the CSO is handing over (DESIGN 5.2). A supplement is the next version of what it adds to."""

    INFORMATION = "information", _("Information")
    ANSWER = "answer", _("Answer to a call")
    COPY = "copy", _("Copy of a complaint filed elsewhere")


class SecretariatView(models.TextChoices):
    """What the Secretariat sees of a submission (R14)."""

    BLIND = "blind", _("Reference, sender, recipients, dates")
    COVER = "cover", _("The cover sheet as well")
    ASSIST = "assist", _("What you show when you ask for help")


class Derivation(models.TextChoices):
    """V4b: how an exhibit's file came from what it shows or from another file."""

    ORIGINAL = "original", _("Original")
    FORENSIC_COPY = "forensic_copy", _("Forensic copy")
    DOWNLOAD = "download", _("First-generation download")
    SCREENSHOT = "screenshot", _("Screenshot")
    EXCERPT = "excerpt", _("Excerpt")
    TRANSCRIPT = "transcript", _("Transcript")
    TRANSLATION = "translation", _("Translation")
    REDACTION = "redaction", _("Redaction")
    ENHANCED = "enhanced", _("Enhanced")


class Strand(models.TextChoices):
    """V4c: what an exhibit is about; several are possible."""

    CRIME_BASE = "crime_base", _("Crime-base")
    CONTEXTUAL = "contextual", _("Contextual")
    LINKAGE = "linkage", _("Linkage")
    EXCULPATORY = "exculpatory", _("Exculpatory")
    LEAD = "lead", _("Lead")


class CustodyEventType(models.TextChoices):
    """V5c: what a CSO's own custody record tells, before the portal's log begins and beside it."""

    COLLECTED = "collected", _("Collected")
    RECEIVED = "received", _("Received")
    SEALED = "sealed", _("Sealed")
    HASHED = "hashed", _("Hashed")
    TIMESTAMPED = "timestamped", _("Timestamped")
    UPLOADED = "uploaded", _("Uploaded")
    SCANNED = "scanned", _("Scanned")
    VERIFIED = "verified", _("Verified")
    VIEWED = "viewed", _("Viewed")
    COPIED = "copied", _("Copied")
    TRANSCODED = "transcoded", _("Transcoded")
    TRANSCRIBED = "transcribed", _("Transcribed")
    TRANSLATED = "translated", _("Translated")
    REDACTED = "redacted", _("Redacted")
    ANALYSED = "analysed", _("Analysed")
    TRANSFERRED_OUT = "transferred_out", _("Transferred out")
    TRANSFERRED_IN = "transferred_in", _("Transferred in")
    RETURNED = "returned", _("Returned")
    DISCLOSED = "disclosed", _("Disclosed to court or defence")
    RECALLED = "recalled", _("Recalled")
    RESTRICTED = "restricted", _("Restricted")
    DESTROYED = "destroyed", _("Destroyed")
    GAP = "gap", _("Loss or gap noted")
    INTEGRITY_FAILURE = "integrity_failure", _("Integrity failure")


class HandlingCode(models.TextChoices):
    """V6a: combinable; a recipient answers all but H0 before anything is decrypted."""

    H0 = "H0", _("For preventing and combating crime under applicable law")
    H1 = "H1", _("Not to be disclosed in judicial proceedings without the provider's permission")
    H2 = "H2", _("Not to be disseminated without the provider's permission")
    H3 = "H3", _("Other restrictions")


# V6c: EU classified information is refused. Markings are words on paper and are not translated.
EUCI_MARKINGS = (
    "TRES SECRET UE",
    "SECRET UE",
    "CONFIDENTIEL UE",
    "RESTREINT UE",
)


class ContentMarker(models.TextChoices):
    """V6d: what a reader should know before opening; several are possible."""

    LEAD_ONLY = "lead_only", _("Lead only: for generating new evidence, not for use")
    IDENTITY_PROTECTED = "identity_protected", _("Identity protected")
    MEDICAL_CONFIDENTIAL = "medical_confidential", _("Medical, confidential")
    PRIVILEGED = "privileged", _("Privileged")
    MINOR = "minor", _("Concerns a minor")
    GRAPHIC = "graphic", _("Graphic content")
    # V6c's marker: what bears one of EUCI_MARKINGS.
    EUCI = "euci", _("EU classified information")
    # Not of V6d: the CSO's own wish about access (requirement 98), kept by the recipient's side.
    TWO_PEOPLE = "two_people", _("Opened only when two people of the recipient agree")


class BasisOfKnowledge(models.TextChoices):
    """V3b: how do you know; several are possible."""

    DIRECT = "direct", _("Direct sight or hearing")
    PARTICIPANT = "participant", _("Participant")
    HEARSAY_1 = "hearsay_1", _("Hearsay, first degree")
    HEARSAY_REMOTE = "hearsay_remote", _("Hearsay, remote")
    DOCUMENTARY = "documentary", _("Documentary")
    INFERENCE = "inference", _("Inference")


class HowObtained(models.TextChoices):
    """How an exhibit came to the CSO (DESIGN 5.2); never who gave it."""

    FOUND = "found", _("Found by us")
    MADE = "made", _("Photographed, filmed or recorded by us")
    PERSON = "person", _("Given by a person")
    ORGANISATION = "organisation", _("Given by an organisation")
    DOWNLOADED = "downloaded", _("Downloaded from the internet")
    OFFICIAL = "official", _("From an official")
    OTHER = "other", _("Other")


class IdentifiedBy(models.TextChoices):
    """What identifies someone in an exhibit (DESIGN 5.2); several are possible."""

    FACE = "face", _("Face")
    VOICE = "voice", _("Voice")
    NAME_SPOKEN = "name_spoken", _("Name that is spoken")
    NAME_WRITTEN = "name_written", _("Name that is written")
    HANDWRITING = "handwriting", _("Handwriting")
    METADATA = "metadata", _("What the file says about itself")
    PLACE = "place", _("Place")
    OTHER = "other", _("Something else")


class DatePrecision(models.TextChoices):
    """How well a date is known."""

    EXACT = "exact", _("Day and time known")
    DAY = "day", _("Day known")
    MONTH = "month", _("Month known")
    YEAR = "year", _("Year known")
    BETWEEN = "between", _("Between two dates")
    UNKNOWN = "unknown", _("Not known")


class PlacePrecision(models.TextChoices):
    """How well a place is known, or how much of it is said."""

    POINT = "point", _("Exact point")
    PLACE = "place", _("Town, village or site known")
    DISTRICT = "district", _("District known")
    REGION = "region", _("Region known")
    COUNTRY = "country", _("Country known")
    WITHHELD = "withheld", _("Known, but not said here")
