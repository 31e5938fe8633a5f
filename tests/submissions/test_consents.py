"""What a person said: recorded, asked again, taken back; and what their word means in codes."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from custody.models import CustodyEvent
from impna.errors import NotAllowed, NotNow
from partners import roles
from submissions import manifest
from submissions.actions import consents
from submissions.consent_vocabularies import ACKNOWLEDGEMENTS, CONDITIONS, PERMISSIONS, Scope
from submissions.consents import Word, scopes
from submissions.models import Consent, PaperForm
from tests.factories.partners import acting, member, partner_at, signed_in
from tests.factories.submissions import (
    another_documenter,
    complete_draft,
    documenter,
    handed_over,
    person_in,
    said,
    unit_of_an_authority,
)
from tests.partners.browser import words

CANARY = "Through-the-clinic-on-market-days"


@pytest.fixture
def person(db):
    return person_in(complete_draft())


@pytest.fixture
def client(person):
    return signed_in(person.submission.begun_by)


def page(person, name="consent-detail"):
    return reverse(f"submissions:{name}", args=[person.submission.reference, person.reference])


def typed(**more):
    return {
        "asked_on": timezone.localdate().isoformat(),
        "capacity": "adult",
        "mode": "audio",
        "keep": "granted",
        "any_eu": "on",
        "to_states": "ua, ch",
        "secretariat": ["C02"],
        "never_states": "SY",
        "name": "withheld",
        "image": "refused",
        "court": "lead",
        "defence": "on",
        "contact": "organisation",
        "safe_route": CANARY,
        "others": ["C23"],
        "asked_others": "on",
        "language": "Arabic",
        "told": ["voluntary", "no_promise"],
        "not_exhibits": "1",
    } | more


def test_six_answers_set_the_codes(person, client):
    response = client.post(page(person, "consent-record"), typed())
    assert response.status_code == 302
    consent = person.consents.get()
    assert {code for code, answer in consent.said.items() if answer == "granted"} == {
        "C01",
        "C02",
        "C05",
        "C06",
        "C13",
        "C14",
        "C15",
        "C16",
        "C23",
    }
    assert consent.said["C12"] == consent.said["C18"] == consent.said["C21"] == "refused"
    assert "C19" not in consent.said
    assert (consent.to_states, consent.never_states) == (["CH", "UA"], ["SY"])
    assert consent.never_death_penalty
    assert consent.not_exhibits == [1]


def test_what_nobody_asked_is_in_no_code():
    nothing = scopes(
        keep="",
        secretariat=[],
        any_eu=False,
        states=[],
        bodies=[],
        name="",
        image="",
        medical="",
        court="",
        defence=False,
        contact="",
        others=[],
        asked_others=False,
    )
    assert set(nothing.values()) == {"refused"}
    assert not {"C01", "C12", "C13", "C18", "C19", "C21", "C24"} & set(nothing)


def test_a_named_body_is_a_named_authority_inside_or_outside_the_union(person, client):
    inside = unit_of_an_authority().partner
    outside = partner_at(kind=roles.AUTHORITY, name="Example State 9", country="CH")
    chosen = [inside.reference, outside.reference]
    client.post(page(person, "consent-record"), typed(to_bodies=chosen))
    consent = person.consents.get()
    assert consent.said["C04"] == consent.said["C07"] == "granted"
    assert "C09" not in consent.said
    assert set(consent.to_bodies) == set(chosen)


def test_permissions_conditions_and_acknowledgements_are_apart(person, client):
    client.post(page(person, "consent-record"), typed())
    text = words(client.get(page(person)))
    assert "Identity withheld, protection needed" in text
    assert "Only as a lead" in text
    assert CANARY in text
    assert set(Scope) == PERMISSIONS | CONDITIONS | ACKNOWLEDGEMENTS
    assert not PERMISSIONS & (CONDITIONS | ACKNOWLEDGEMENTS)


def test_words_are_sealed_and_the_log_learns_no_answer(person, client):
    client.post(page(person, "consent-record"), typed())
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(c)::text FROM submissions_consent c")
        assert CANARY not in cursor.fetchone()[0]
    event = CustodyEvent.objects.filter(type="submissions.consent.recorded").get()
    assert "C13" not in event.entry
    assert CANARY not in event.entry


def test_asked_again_the_newest_holds_and_the_earlier_is_kept(person, client):
    client.post(page(person, "consent-record"), typed())
    again = client.get(page(person, "consent-record"))
    assert CANARY in again.content.decode()
    client.post(page(person, "consent-record"), typed(keep="refused"))
    first, second = person.consents.order_by("number")
    assert first.replaced_at is not None
    assert (second.number, second.replaced_at, second.said["C01"]) == (2, None, "refused")
    assert "Before that" in words(client.get(page(person)))


def test_how_to_reach_somebody_is_in_no_frozen_version(person, client):
    client.post(page(person, "consent-record"), typed(fallback=CANARY, never_person=CANARY))
    told = manifest.read(handed_over(person.submission))
    assert told["consents"][0]["details"]["language"] == "Arabic"
    assert CANARY not in str(told)


def test_it_is_asked_again_after_a_hand_over_too(person):
    said(person)
    handed_over(person.submission)
    assert said(person).number == 2


def test_a_withdrawn_submission_records_nothing_more(person, withdrawals):
    from submissions.actions import progress
    from tests.factories.submissions import approver

    version = handed_over(person.submission)
    by = approver(version.submission)
    with acting(by):
        progress.withdraw(submission=version.submission, reason="Example", by=by)
    with pytest.raises(NotNow, match="withdrawn"):
        said(person)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"asked_on": ""}, "Choose the day on which they were asked."),
        ({"asked_on": "2999-01-01"}, "They were asked today or before."),
        ({"expires_on": "2001-01-01"}, "It holds until a day after it was asked."),
        ({"capacity": ""}, "Choose who spoke."),
        ({"capacity": "child"}, "Say from which day on this child is of age"),
        ({"mode": ""}, "Choose how they said it."),
        ({"to_states": "XX"}, "“XX” names no State."),
        ({"never_states": "UA"}, "A State cannot be on both lists."),
        ({"not_exhibits": "9"}, "There is no exhibit 9."),
        ({"not_exhibits": "nine"}, "Type numbers of exhibits"),
    ],
)
def test_each_field_is_refused_in_its_own_sentence(person, client, more, sentence):
    response = client.post(page(person, "consent-record"), typed(**more))
    assert response.status_code == 422
    assert sentence in words(response)
    assert CANARY in response.content.decode()
    assert not person.consents.exists()


def test_the_same_body_is_not_on_both_lists(person, client):
    body = unit_of_an_authority().partner.reference
    response = client.post(
        page(person, "consent-record"), typed(to_bodies=[body], never_bodies=[body])
    )
    assert "Nobody can be on both lists." in words(response)


def test_an_action_refuses_what_the_form_would(person):
    today = timezone.localdate()
    for wrong in (
        {"mode": "telepathy"},
        {"capacity": "child"},
        {"said": {"C99": "granted"}},
        {"said": {"C01": "perhaps"}},
        {"to_states": ["XX"]},
        {"asked_on": today + timedelta(days=1)},
        {"expires_on": today - timedelta(days=1)},
    ):
        word = Word(**({"asked_on": today, "mode": "audio", "capacity": "adult"} | wrong))
        with pytest.raises(NotAllowed):
            word.check(today)


def test_all_of_it_is_taken_back_once(person, client):
    said(person)
    response = client.post(page(person, "consent-withdraw"), {"reason": "They asked us to."})
    assert response.status_code == 302
    assert person.consents.get().withdrawn_at is not None
    assert "Nothing of this person is given." in words(client.get(page(person)))
    again = client.post(page(person, "consent-withdraw"), {"reason": "Again."})
    assert again.status_code == 409


def test_without_a_word_there_is_nothing_to_take_back(person, client):
    assert client.post(page(person, "consent-withdraw"), {"reason": "x"}).status_code == 409


def test_what_somebody_said_is_never_changed(person):
    said(person)
    for change in ({"said": {}}, {"expires_on": timezone.localdate()}, {"number": 7}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Consent.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Consent.objects.all().delete()
    consents.withdraw(person=person, reason="x", by=_lead(person))
    with pytest.raises(DatabaseError), transaction.atomic():
        Consent.objects.update(withdrawn_at=timezone.now())


def test_a_lead_records_and_a_reader_does_not(person):
    lead = signed_in(_lead(person))
    assert lead.post(page(person, "consent-record"), typed()).status_code == 302
    reader = signed_in(member(documenter().partner, roles.Reader.code))
    assert reader.get(page(person)).status_code == 200
    assert reader.post(page(person, "consent-record"), typed()).status_code == 403


def test_others_find_no_such_page(person):
    stranger = signed_in(another_documenter())
    for name in ("consent-detail", "consent-record", "consent-withdraw"):
        assert stranger.get(page(person, name)).status_code == 404


def test_a_form_on_paper_is_mapped_once_and_begins_a_word(person, client):
    mapped = {
        "title": "Consent form 2019",
        "mode": "written",
        "keep": "granted",
        "any_eu": "on",
        "court": "evidence",
        "told": ["risks"],
    }
    add = reverse("submissions:paper-form-add")
    assert client.post(add, mapped).status_code == 302
    form = PaperForm.objects.get()
    begun = client.get(page(person, "consent-record"), {"form": form.reference})
    initial = begun.context["form"].initial
    assert (initial["keep"], initial["any_eu"], initial["court"]) == ("granted", True, "evidence")
    assert client.post(add, mapped).status_code == 409
    end = reverse("submissions:paper-form-end", args=[form.reference])
    assert client.post(end).status_code == 302
    assert client.post(end).status_code == 409
    assert client.post(add, mapped).status_code == 302


def test_another_organisations_forms_do_not_exist(person, client):
    by = another_documenter()
    with acting(by):
        other = consents.map_form(name="Theirs", answers={"keep": "granted"}, by=by)
    assert "Theirs" not in words(client.get(reverse("submissions:paper-form-list")))
    end = reverse("submissions:paper-form-end", args=[other.reference])
    assert client.post(end).status_code == 404
    begun = client.get(page(person, "consent-record"), {"form": other.reference})
    assert not begun.context["form"].initial


def test_whoever_receives_maps_no_form(db):
    from tests.factories.cases import officer

    assert signed_in(officer()).get(reverse("submissions:paper-form-list")).status_code == 403


def _lead(person):
    return member(person.submission.partner, roles.DataProtectionLead.code)
