"""Submissions and exhibits, by walking the real actions."""

import base64
import hashlib
import io
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.test import Client
from django.utils import timezone

from custody import intake_job, uploads
from impna.db import acting_as
from partners import roles
from partners.models import Partner, Unit, User
from submissions.actions import (
    codes,
    consents,
    cover_sheets,
    data_requests,
    drafts,
    erasing,
    exhibits,
    groups,
    holds,
    identities,
    incidents,
    information,
    links,
    persons,
    progress,
    risks,
    tokens,
    versions,
)
from submissions.actions.information import Source
from submissions.answers import Answers
from submissions.consents import ConsentDetails, Word
from submissions.facts import Count, GroupDetails, InformationDetails
from submissions.identities import IdentityDetails
from submissions.links import LinkDetails
from submissions.models import (
    Consent,
    DataSubjectRequest,
    Exhibit,
    Group,
    Hold,
    Identity,
    Information,
    Link,
    Part,
    Person,
    Risk,
    Submission,
    Version,
)
from submissions.risks import RiskDetails
from tests.factories.partners import acting, member, partner_at, unit_of
from tests.factories.standing import (
    AUTHORITY,
    FIRST_APPROVER,
    FIRST_DOCUMENTER,
    OTHER_DOCUMENTER,
)


def documenter() -> User:
    """The documenter of the first standing CSO."""
    return User.objects.get(email=FIRST_DOCUMENTER)


def another_documenter() -> User:
    """The documenter of the other standing CSO."""
    return User.objects.get(email=OTHER_DOCUMENTER)


def draft(by: User | None = None, title: str = "Example events in the north") -> Submission:
    """A draft, begun by a documenter."""
    by = by or documenter()
    with transaction.atomic(), acting_as(by):
        submission = drafts.begin(title=title, kind="information", by=by)
        return drafts.allow_files(submission=submission, by=by)


def approver(submission: Submission | None = None, *, partner: Partner | None = None) -> User:
    """An approver of the submission's own organisation (or another) who changed nothing in it."""
    partner = partner or (submission.partner if submission else documenter().partner)
    standing = User.objects.filter(email=FIRST_APPROVER, partner=partner).first()
    return standing or member(partner, roles.Approver.code)


def unit_of_an_authority(name: str = AUTHORITY) -> Unit:
    """The unit of the standing authority, or of a new one with another name."""
    found = Unit.objects.filter(partner__name=name).first()
    return found or unit_of(partner_at(kind=roles.AUTHORITY, name=name))


def complete_draft(
    by: User | None = None,
    *,
    by_approver: bool = False,
    single_handed: bool = False,
    title: str = "Example events in the north",
    **answers: object,
) -> Submission:
    """A draft that misses nothing: one incident, one described exhibit, a cover sheet."""
    if by_approver:
        by = member(documenter().partner, roles.Documenter.code, roles.Approver.code)
    by = by or documenter()
    if single_handed:
        Partner.objects.filter(pk=by.partner_id).update(single_handed=True)
    submission = draft(by, title)
    with acting(by):
        incident = incidents.add(submission=submission, by=by)
        tell(incident, by)
        exhibit = exhibits.add_without_file(
            submission=submission,
            delivery="held",
            name="example note",
            description="",
            declared=exhibits.Declared(),
            by=by,
        )
        describe(exhibit, by, **answers)
        cover_sheets.write(
            submission=submission,
            sheet=cover_sheets.Sheet(
                situation="Example attacks on schools",
                summary="Example summary.",
                languages=["English"],
            ),
            by=by,
        )
    return Submission.objects.select_related("partner", "compartment").get(pk=submission.pk)


def tell(incident, by: User) -> None:
    """All that an incident is asked."""
    told = {"heading": "Example", "what": "Example.", "known_by": "direct", "against": "nothing"}
    incidents.tell(incident=incident, answers=told, by=by)
    incidents.place(
        incident=incident,
        when=incidents.When("day", date(2026, 3, 3)),
        where=incidents.Where("region", "SY", "Example region"),
        by=by,
    )
    incidents.qualify(
        incident=incident,
        answers=incidents.Qualification(conducts=["unknown"], not_sure=True),
        by=by,
    )


def describe(exhibit: Exhibit, by: User, **answers: object) -> None:
    """An answer to every question about an exhibit: nobody can be recognised in it."""
    known = {"recognisable": "nobody", "evidence_type": "photograph", "obtained": "made"}
    exhibits.describe(exhibit=exhibit, answers=Answers(**(known | answers)), by=by)


def person_in(submission: Submission, code: str = "W-03", **answers: object) -> Person:
    """Somebody under a code, added by whoever began the draft."""
    by = submission.begun_by
    with acting(by):
        return persons.add(submission=submission, code=code, answers=answers, by=by)


def identity_of(person: Person, *names: str, **details: str) -> Identity:
    """Who somebody is, entered by whoever began the draft."""
    by = person.submission.begun_by
    kept = IdentityDetails(names=list(names or ["Amina Example"]), **details)
    with acting(by):
        return identities.keep(person=person, details=kept, by=by)


def a_risk(submission: Submission, **answers: object) -> Risk:
    """Of its people, to be looked at again in thirty days."""
    by = submission.begun_by
    known = RiskDetails(
        to=["person", "interpreter"],
        people=["W-03"],
        threats=["alleged"],
        what="Example threat.",
        likelihood="medium",
        impact="high",
        done="Example measure.",
    )
    day = answers.pop("review_on", timezone.localdate() + timedelta(days=30))
    with acting(by):
        return risks.assess(
            submission=submission,
            details=replace(known, **answers),  # type: ignore[arg-type]  # fields by name
            review_on=day,  # type: ignore[arg-type]
            by=by,
        )


def lead(submission: Submission) -> User:
    """A data-protection lead of the submission's own organisation."""
    return member(submission.partner, roles.DataProtectionLead.code)


def withdrawn(submission: Submission) -> Submission:
    """Taken back from everyone, by an approver."""
    by = approver(submission)
    with acting(by):
        return progress.withdraw(submission=submission, reason="Example reason.", by=by)


def erased(submission: Submission, *, reason: str = "Example reason.") -> Submission:
    """Withdrawn by now, and erased by a lead."""
    by = lead(submission)
    with acting(by):
        return erasing.erase(submission=submission, reason=reason, by=by)


def a_hold(
    submission: Submission,
    *,
    exhibit: Exhibit | None = None,
    by: User | None = None,
    days: int = 90,
) -> Hold:
    """On the whole submission or on one exhibit, to be looked at again in so many days."""
    by = by or lead(submission)
    with acting(by):
        return holds.place(
            submission=submission,
            exhibit=exhibit,
            basis="legal_duty",
            words="Example reason.",
            review_on=timezone.localdate() + timedelta(days=days),
            by=by,
        )


def a_data_request(
    submission: Submission,
    kind: str = "access",
    *,
    by: User | None = None,
    person: Person | None = None,
    days_ago: int = 3,
) -> DataSubjectRequest:
    """Received some days ago."""
    by = by or lead(submission)
    with acting(by):
        return data_requests.record(
            submission=submission,
            kind=kind,
            words="Example words.",
            received_on=timezone.localdate() - timedelta(days=days_ago),
            person=person,
            by=by,
        )


def joined(person: Person, role: str = "victim", **answers: object) -> Part:
    """What somebody was in the first incident of the submission."""
    by, incident = person.submission.begun_by, person.submission.incidents.present().first()
    with acting(by):
        return persons.take_part(
            person=person, incident=incident, role=role, answers=answers, by=by
        )


def a_group(submission: Submission, role: str = "victim", **details: Any) -> Group:
    """Between 40 and 60 families of the first incident."""
    by, incident = submission.begun_by, submission.incidents.present().first()
    said = GroupDetails(**({"who": "Example families.", "basis": ["direct"]} | details))
    with acting(by):
        return groups.add(
            incident=incident, count=Count("families", 40, 60), role=role, details=said, by=by
        )


def information_of(
    submission: Submission,
    *,
    person: Person | None = None,
    exhibit: Exhibit | None = None,
    **details: Any,
) -> Information:
    """What a source says of the first incident; the organisation itself unless one is named."""
    by, incident = submission.begun_by, submission.incidents.present().first()
    known = {"basis": "direct", "on": ["conduct"], "bearing": "supports", "words": "Example."}
    with acting(by):
        return information.add(
            incident=incident,
            source=Source(person, exhibit),
            details=InformationDetails(**(known | details)),
            by=by,
        )


def recognised(
    submission: Submission,
    person: Person | None = None,
    basis: str = "asked",
    *,
    numbers: tuple[int, ...] = (),
    in_words: bool = False,
    **details: str,
) -> Link:
    """Somebody can be recognised in these exhibits; people nobody knows without a person."""
    by = submission.begun_by
    said = {"not_required": {"why": "alleged"}, "asked": {}}.get(basis, {"reason": "Weighed."})
    with acting(by):
        return links.add(
            submission=submission,
            person=person,
            people=None if person else (150, 200),
            basis=basis,
            details=LinkDetails(**(said | details)),
            in_words=in_words,
            numbers=numbers,
            by=by,
        )


def said(person: Person, *, by: User | None = None, **changes: object) -> Consent:
    """What a person said: as `yes_to_all`, with changes."""
    by = by or person.submission.begun_by
    with acting(by):
        return consents.record(
            person=person, word=yes_to_all(**changes), details=ConsentDetails(), by=by
        )


def a_code(person: Person) -> str:
    """The code of somebody who asked for one, as they were shown it."""
    by = person.submission.begun_by
    with acting(by):
        return codes.make(person=person, asked_for=True, by=by)


def yes_to_all(**changes: object) -> Word:
    """Yes to any authority in the EU, with face, voice and name, in court; `scopes` over it."""
    scopes = dict.fromkeys(("C01", "C06", "C12", "C18", "C19"), "granted")
    scopes |= changes.pop("scopes", {})  # type: ignore[call-overload]
    known = {
        "asked_on": timezone.localdate(),
        "mode": "written",
        "capacity": "adult",
        "said": scopes,
    }
    return Word(**(known | changes))  # type: ignore[arg-type]  # fields by name


def handed_over(submission: Submission | None = None, *, by: User | None = None) -> Version:
    """The first version of a complete draft, handed over to nobody yet."""
    submission = submission or complete_draft()
    by = by or approver(submission)
    with acting(by):
        return versions.hand_over(submission=submission, by=by)


def upload_token(submission: Submission, by: User | None = None) -> str:
    """A token of whoever began the draft."""
    by = by or submission.begun_by
    with transaction.atomic(), acting_as(by):
        return tokens.allow_uploading(submission=submission, by=by)


def sent(submission: Submission, content: bytes, *, name: str = "example.jpg") -> Exhibit:
    """An exhibit whose file has arrived whole and waits for intake."""
    by = submission.begun_by
    with transaction.atomic(), acting_as(by):
        exhibit = exhibits.begin_upload(
            submission=submission, name=name, length=len(content), by=by
        )
    source, offset = io.BytesIO(content), 0
    while piece := source.read(uploads.MIB):
        with transaction.atomic(), acting_as(by):
            exhibits.receive(
                submission=submission.pk,
                exhibit=exhibit.reference,
                offset=offset,
                data=piece,
                checksum=None,
                by=by,
            )
        offset += len(piece)
    return Exhibit.objects.get(pk=exhibit.pk)


def sealed_exhibit(as_worker, submission: Submission, content: bytes) -> Exhibit:
    """An exhibit whose file is sealed and examined, and for which everything is answered."""
    exhibit = sent(submission, content)
    with as_worker():
        job = intake_job.claim()
        assert job is not None
        intake_job.run(job)
    with acting(submission.begun_by):
        describe(exhibit, submission.begun_by)
    return Exhibit.objects.get(pk=exhibit.pk)


class TusClient:
    """The protocol by hand, for what a well-behaved client would never do."""

    def __init__(self, token: str) -> None:
        self._client = Client()
        self.headers = {"Authorization": f"Bearer {token}", "Tus-Resumable": "1.0.0"}

    def request(self, method: str, url: str, data: bytes = b"", **headers: str):
        """One request; header names with underscores for dashes."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content_type = named.pop("Content-Type", "application/offset+octet-stream")
        return self._client.generic(
            method,
            url.removeprefix(settings.BYTES_ORIGIN),
            data,
            content_type=content_type,
            headers=self.headers | named,
        )

    def begin(self, length: int, name: str = "example.jpg") -> str:
        """POST; the address of the new upload."""
        metadata = "filename " + base64.b64encode(name.encode()).decode()
        response = self.request(
            "POST", "/bytes/uploads/", Upload_Length=str(length), Upload_Metadata=metadata
        )
        assert response.status_code == 201, response.content
        return response["Location"]

    def send(self, address: str, offset: int, data: bytes, *, checksum: bool = True, **headers):
        """PATCH, with a SHA-256 checksum unless told otherwise."""
        if checksum:
            digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
            headers.setdefault("Upload_Checksum", f"sha256 {digest}")
        return self.request("PATCH", address, data, Upload_Offset=str(offset), **headers)
