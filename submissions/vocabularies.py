"""Controlled lists of the CSO's side; codes are stable, labels are translated (vocabularies V4–V6).

Offences have their own module. A code once shipped is never renamed or used again.
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
    """What the CSO is handing over (DESIGN 5.2)."""

    INFORMATION = "information", _("Information")
    SUPPLEMENT = "supplement", _("Supplement to an earlier submission")
    ANSWER = "answer", _("Answer to a call")
    COPY = "copy", _("Copy of a complaint filed elsewhere")


class SecretariatView(models.TextChoices):
    """What the Secretariat sees of a submission (R14)."""

    BLIND = "blind", _("Reference, sender, recipients, dates")
    COVER = "cover", _("The cover sheet as well")
    ASSIST = "assist", _("What you show when you ask for help")
