"""The manifest of a version: everything that was handed over, as one canonical text (R1).

RFC 8785 JSON: {"v", "submission", "version", "kind", "handed_over_at", "cover_sheet",
"incidents", "persons", "consents", "links", "exhibits"}. Dates are ISO text, sizes are text (they
may exceed 2^53), digests are hex. It is sealed whole; its SHA-256 stands on the receipt, so that
anyone who is given the text can tell later that nothing was changed.

Of an exhibit that was erased since, "erased" is true, and what was said in words is cut out: the
text is no longer the one on the receipt then. The event of the erasure has its new SHA-256.

Version 1 had no "persons", version 2 neither "consents" nor "links", version 3 no "groups" and no
"information" of incidents (nought is a number that is not known). The first three are the provider's
own: no recipient reads them (`cases.package`). An exhibit's own "people" are for recipients: codes or
how many, and on what basis.
"""

import json
from dataclasses import asdict
from datetime import date
from typing import Any

import rfc8785

from custody.texts import open_text, seal_text
from submissions.actions import consents as consent_words
from submissions.actions import cover_sheets, exhibits, groups, incidents, information, persons
from submissions.actions import links as link_words
from submissions.answers import Details
from submissions.models import (
    Consent,
    CoverSheet,
    Exhibit,
    Group,
    Incident,
    Information,
    Link,
    Person,
    Submission,
    Version,
)

VERSION = 4
COLUMN = "submissions.version.manifest"

type Manifest = dict[str, Any]


def write(
    *,
    submission: Submission,
    number: int,
    at: str,
    cover: CoverSheet,
    told: list[Incident],
    people: list[Person],
    consents: list[Consent],
    links: list[Link],
    items: list[Exhibit],
) -> str:
    """The canonical text. Callers hold an opening of the draft's words."""
    document: Manifest = {
        "v": VERSION,
        "submission": submission.reference,
        "version": number,
        "kind": submission.kind,
        "handed_over_at": at,
        "cover_sheet": sheet_of(cover, told, items)
        | {"summary": cover_sheets.read_summary(cover), "recognisable": cover.recognisable},
        "incidents": [_incident(one) for one in told],
        "persons": [_person(one) for one in people],
        "consents": [_consent(one) for one in consents],
        "links": [_link(one) for one in links],
        "exhibits": [_exhibit(one) | {"people": _people(one, links)} for one in items],
    }
    return rfc8785.dumps(document).decode()


def sheet_of(cover: CoverSheet, told: list[Incident], items: list[Exhibit]) -> Manifest:
    """The clear part of a cover sheet, as a recipient's lists show it.

    `files` are those that are sealed here, `size` is theirs together. Versions of before the counts
    stay as they were frozen.
    """
    files = [exhibit.file for exhibit in items if exhibit.file is not None]
    return {
        "situation": cover.situation,
        "countries": cover.countries,
        "period_from": _day(cover.period_from),
        "period_to": _day(cover.period_to),
        "offences": cover.offences,
        "languages": cover.languages,
        "working_language": cover.working_language,
        "needs_translation": cover.needs_translation,
        "incidents": len(told),
        "exhibits": len(items),
        "files": len(files),
        "size": str(sum(file.size for file in files)),
    }


def seal(text: str, *, submission: Submission, version: str) -> bytes:
    """For the version with that reference."""
    return seal_text(text, compartment=submission.compartment, column=COLUMN, row=version)


def read(version: Version) -> Manifest:
    """The manifest again. Callers hold an opening: of the draft's words, or of the package."""
    text = open_text(
        version.manifest,
        compartment=version.submission.compartment,
        column=COLUMN,
        row=version.reference,
    )
    document: Manifest = json.loads(text)
    return document


def without_words_of(version: Version, exhibit: str) -> str:
    """The canonical text with the words about one exhibit cut out, by its reference.

    Numbers, digests, sizes and coded answers stay. What it says of incidents is about it as well.
    """
    document = read(version)
    for entry in document["exhibits"]:
        if entry["reference"] == exhibit:
            entry |= {"name": "", "description": "", "erased": True}
            entry["details"] = Details().as_json()
            _cut_information(document, entry["number"])
    return rfc8785.dumps(document).decode()


def _cut_information(document: Manifest, exhibit: int) -> None:
    for incident in document["incidents"]:
        for row in incident.get("information", []):
            if row["exhibit"] == exhibit:
                row["details"]["words"] = ""


def _incident(incident: Incident) -> Manifest:
    return {
        "reference": incident.reference,
        "number": incident.number,
        "account": incidents.read_account(incident),
        "date_precision": incident.date_precision,
        "happened_from": _day(incident.happened_from),
        "happened_to": _day(incident.happened_to),
        "place_precision": incident.place_precision,
        "country": incident.country,
        "area": incident.area,
        "conducts": incident.conducts,
        "conflict": incident.conflict,
        "attack": incident.attack,
        "group": incident.group,
        "offences": incident.offences,
        "not_sure": incident.not_sure,
        "groups": [_group(one) for one in incident.groups.all()],
        "information": [_information(one) for one in incident.information.all()],
    }


def _group(group: Group) -> Manifest:
    return {
        "reference": group.reference,
        "unit": group.unit,
        "fewest": group.fewest or 0,
        "most": group.most or 0,
        "role": group.role,
        "details": groups.read_details(group).as_json(),
    }


def _information(row: Information) -> Manifest:
    return {
        "reference": row.reference,
        "source": row.source,
        "code": row.person.code if row.person else "",
        "exhibit": row.exhibit.number if row.exhibit else 0,
        "reliability": row.reliability,
        "details": information.read_details(row).as_json(),
    }


def _person(person: Person) -> Manifest:
    return {
        "reference": person.reference,
        "code": person.code,
        "protected": person.protected,
        "details": persons.read_details(person).as_json(),
        "parts": [
            {
                "incident": part.incident.number,
                "role": part.role,
                "details": persons.read_part(part).as_json(),
            }
            for part in person.parts.all()
        ],
    }


def _consent(consent: Consent) -> Manifest:
    return {
        "reference": consent.reference,
        "code": consent.person.code,
        "number": consent.number,
        "asked_on": _day(consent.asked_on),
        "expires_on": _day(consent.expires_on),
        "of_age_on": _day(consent.of_age_on),
        "withdrawn": consent.withdrawn_at is not None,
        "mode": consent.mode,
        "capacity": consent.capacity,
        "said": consent.said,
        "to_states": consent.to_states,
        "to_bodies": consent.to_bodies,
        "never_states": consent.never_states,
        "never_bodies": consent.never_bodies,
        "never_death_penalty": consent.never_death_penalty,
        "never_in_public": consent.never_in_public,
        "not_exhibits": consent.not_exhibits,
        "evidence": consent.evidence.number if consent.evidence else 0,
        "details": consent_words.read_details(consent).as_json(),
    }


def _link(link: Link) -> Manifest:
    return {
        "reference": link.reference,
        "number": link.number,
        **_somebody(link),
        "in_words": link.in_words,
        "exhibits": sorted(one.exhibit.number for one in link.linked.all()),
        "signed": link.signed_at is not None,
        "details": asdict(link_words.read_details(link)),
    }


def _somebody(link: Link) -> Manifest:
    return {
        "code": link.person.code if link.person else "",
        "fewest": link.fewest or 0,
        "most": link.most or 0,
        "basis": link.basis,
    }


def _people(exhibit: Exhibit, links: list[Link]) -> list[Manifest]:
    return [
        _somebody(link)
        for link in links
        if exhibit.pk in {one.exhibit_id for one in link.linked.all()}
    ]


def _exhibit(exhibit: Exhibit) -> Manifest:
    file = exhibit.file
    size = file.size if file else exhibit.declared_size
    return {
        "reference": exhibit.reference,
        "number": exhibit.number,
        "delivery": exhibit.delivery,
        "evidence_type": exhibit.evidence_type,
        "derivation": exhibit.derivation,
        "obtained": exhibit.obtained,
        "strands": exhibit.strands,
        "markers": exhibit.markers,
        "handling": exhibit.handling,
        "recognisable": exhibit.recognisable,
        "identified_by": exhibit.identified_by,
        "name": exhibits.read_name(exhibit),
        "description": exhibits.read_description(exhibit),
        "details": exhibits.read_details(exhibit).as_json(),
        "scan": exhibit.scan if file else "",
        "size": "" if size is None else str(size),
        "sha256": bytes(file.sha256).hex() if file else exhibit.declared_sha256,
        "sha512": bytes(file.sha512).hex() if file else exhibit.declared_sha512,
        "sealed": file is not None,
        "brings": _brought(exhibit),
    }


def _brought(exhibit: Exhibit) -> Manifest:
    """Which earlier exhibit's file this is, and whether its digests are those declared then."""
    if exhibit.brings is None:
        return {}
    agrees = {True: "yes", False: "no", None: "none declared"}[exhibit.agrees]
    return {"number": exhibit.brings.number, "digests_agree": agrees}


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
