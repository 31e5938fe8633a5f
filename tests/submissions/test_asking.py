"""Accounts are taken by those who are trained, of those not heard before, for a reason written down."""

import json

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from custody.models import CustodyEvent
from impna.errors import NotAllowed
from partners import roles
from partners.actions import organisations
from partners.models import Competence, Partner
from submissions import manifest
from submissions.actions import persons
from submissions.completeness import not_asked
from submissions.models import Person
from submissions.persons import PersonDetails
from tests.factories.partners import acting, manager_of, partner_at, signed_in
from tests.factories.submissions import complete_draft, documenter, handed_over, person_in
from tests.partners.browser import words

CANARY = "Nobody-else-saw-the-yard"
TAKEN = {"own_account": "taken", "account_adds": CANARY}
WHY = {"account_why": "Weighed with a specialist."}


@pytest.fixture
def submission(db):
    return complete_draft()


def declared(*codes):
    """The documenter's organisation has these competences."""
    partner = documenter().partner
    by = manager_of(partner)
    with acting(by):
        return organisations.declare_competences(partner=partner, competences=codes, by=by)


def take(person, **answers):
    with acting(person.added_by):
        return persons.change(person=person, answers=TAKEN | answers, by=person.added_by)


def page_of(person, step="account"):
    names = [person.submission.reference, person.reference]
    return reverse(f"submissions:person-{step}", args=names)


class TestCompetences:
    def test_a_manager_declares_them_and_the_log_says_which(self, db):
        by = manager_of(documenter().partner)
        client, page = signed_in(by), reverse("partners:competences")
        assert "Accounts of children" in words(client.get(page))
        sent = {"competences": ["accounts_sgbv", "accounts_adults"]}
        assert client.post(page, sent).status_code == 302
        partner = Partner.objects.get(pk=by.partner_id)
        assert partner.competences == ["accounts_adults", "accounts_sgbv"]
        event = CustodyEvent.objects.get(type="partners.partner.competences_declared")
        assert json.loads(event.entry)["data"] == {"competences": partner.competences}
        assert client.post(page, {}).status_code == 302
        partner.refresh_from_db()
        assert partner.competences == []
        assert client.post(page, {"competences": ["all"]}).status_code == 422

    def test_nobody_else_declares_them(self, db):
        page = reverse("partners:competences")
        assert signed_in(documenter()).get(page).status_code == 403
        by = documenter()
        with acting(by), pytest.raises(NotAllowed):
            organisations.declare_competences(partner=by.partner, competences=[], by=by)
        with pytest.raises(NotAllowed, match="list"):
            declared("all")

    def test_only_a_cso_has_any(self, db):
        partner = partner_at(kind=roles.AUTHORITY)
        by = manager_of(partner)
        assert signed_in(by).get(reverse("partners:competences")).status_code == 403
        with acting(by), pytest.raises(NotAllowed, match="Only a CSO"):
            organisations.declare_competences(
                partner=partner, competences=["accounts_adults"], by=by
            )
        with pytest.raises(IntegrityError, match="only_a_cso"), transaction.atomic():
            Partner.objects.filter(pk=partner.pk).update(competences=["accounts_adults"])


class TestWhoseAccount:
    @pytest.mark.parametrize(
        ("answers", "needs"),
        [
            ({}, {"accounts_adults"}),
            ({"vulnerabilities": ["detained"]}, {"accounts_adults"}),
            ({"vulnerabilities": ["child"]}, {"accounts_children"}),
            ({"age_now": "15"}, {"accounts_children"}),
            ({"vulnerabilities": ["sgbv_survivor"]}, {"accounts_sgbv"}),
            ({"vulnerabilities": ["child", "sgbv_survivor"]},
             {"accounts_children", "accounts_sgbv"}),
        ],
    )  # fmt: skip
    def test_it_takes_every_competence_that_the_person_needs(self, submission, answers, needs):
        person = person_in(submission, heard="no", **answers)
        assert persons.read_details(person).trained_for == needs
        for lacking in needs:
            declared(*(set(Competence.values) - {lacking}))
            with pytest.raises(NotAllowed, match="has not declared"):
                take(person, **WHY)
        declared(*needs)
        assert persons.read_details(take(person, **WHY)).own_account == "taken"

    @pytest.mark.parametrize(
        ("heard", "sentence"),
        [("yes", "Heard already"), ("unknown", "Ask first"), ("", "Ask first")],
    )
    def test_it_takes_somebody_who_was_not_heard(self, submission, heard, sentence):
        declared("accounts_adults")
        person = person_in(submission, heard=heard)
        with pytest.raises(NotAllowed, match=sentence):
            take(person)
        with pytest.raises(NotAllowed, match=sentence):
            person_in(submission, "W-04", heard=heard, **TAKEN)

    @pytest.mark.parametrize(
        "vulnerability",
        ["child", "sgbv_survivor", "detained", "disability", "older", "severe_trauma"],
    )
    def test_of_somebody_vulnerable_it_takes_a_reason(self, submission, vulnerability):
        declared(*Competence.values)
        person = person_in(submission, heard="no", vulnerabilities=[vulnerability])
        with pytest.raises(NotAllowed, match="why it is right"):
            take(person, account_why=" ")
        take(person, **WHY)

    def test_it_takes_what_it_adds(self, submission):
        declared("accounts_adults")
        person = person_in(submission, heard="no")
        with pytest.raises(NotAllowed, match="adds"):
            take(person, account_adds="")
        take(person)
        with pytest.raises(NotAllowed, match="adds"):
            take(person, account_adds="")

    def test_what_was_recorded_stays_whatever_is_learnt_later(self, submission):
        declared("accounts_adults")
        person, by = person_in(submission, heard="no"), submission.begun_by
        take(person)
        declared()
        with acting(by):
            later = {"heard": "yes", "vulnerabilities": ["detained"]}
            changed = persons.change(person=person, answers=later, by=by)
        assert persons.read_details(changed).own_account == "taken"
        [one] = not_asked(submission, submission.persons.present())
        assert "why an account was taken of this person" in one.words

    def test_it_is_sealed_frozen_and_named_by_its_step_alone(self, submission):
        declared("accounts_adults")
        person = take(person_in(submission, heard="no"))
        assert CANARY.encode() not in bytes(Person.objects.get().details)
        event = CustodyEvent.objects.filter(type="submissions.person.changed").get()
        assert json.loads(event.entry)["data"] == {"person": person.code, "parts": ["account"]}
        [entry] = manifest.read(handed_over(submission))["persons"]
        assert entry["details"]["account_adds"] == CANARY

    def test_an_answer_of_no_list_is_refused(self, submission):
        with pytest.raises(NotAllowed, match="list"):
            person_in(submission, own_account="perhaps")

    def test_a_manifest_of_before_is_still_read(self):
        assert PersonDetails(heard="no").own_account == ""


class TestThePage:
    def test_without_the_competence_it_says_support_and_refer(self, submission):
        declared()
        person = person_in(submission, heard="no")
        client = signed_in(submission.begun_by)
        page = words(client.get(page_of(person)))
        assert "has not declared" in page and 'name="own_account"' not in page
        assert client.post(page_of(person), TAKEN).status_code == 403
        assert not persons.read_details(person).own_account

    def test_who_was_heard_is_led_past_it(self, submission):
        person = person_in(submission, heard="yes")
        client = signed_in(submission.begun_by)
        answer = client.post(page_of(person, "who"), {"sex": "female"})
        assert answer["Location"] == page_of(person, "parts")
        assert "do not interview them again" in words(client.get(page_of(person)))

    def test_with_the_competence_it_asks_what_it_adds_and_of_the_vulnerable_why(self, submission):
        declared("accounts_adults")
        person = person_in(submission, heard="no", vulnerabilities=["older"])
        client = signed_in(submission.begun_by)
        answer = client.post(page_of(person, "who"), {"vulnerabilities": ["older"]})
        assert answer["Location"] == page_of(person)
        page = words(client.get(page_of(person)))
        assert "What does this add, and which other sources are there?" in page
        answer = client.post(page_of(person), {"own_account": "taken"})
        assert answer.status_code == 422
        assert words(answer).count("Write this down before you ask anything.") >= 2
        assert client.post(page_of(person), TAKEN | WHY)["Location"] == page_of(person, "parts")
        page = words(client.get(page_of(person, "detail")))
        assert CANARY in page and "Yes: we take one" in page

    def test_of_others_no_reason_is_asked_and_no_is_an_answer(self, submission):
        declared("accounts_adults")
        person = person_in(submission, heard="no")
        client = signed_in(submission.begun_by)
        assert 'name="account_why"' not in words(client.get(page_of(person)))
        assert client.post(page_of(person), {"own_account": "none"}).status_code == 302
        person.refresh_from_db()
        assert persons.read_details(person).own_account == "none"
