"""A name that slips into a text is shown before it is saved; the code is written if one chooses so."""

import base64
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.actions import referrals, requests
from cases.models import Condition
from custody.models import Opening
from submissions.actions import (
    consents,
    cover_sheets,
    exhibits,
    identities,
    incidents,
    persons,
    progress,
    risks,
)
from submissions.models import (
    Consent,
    CoverSheet,
    Exhibit,
    NameToken,
    Person,
    Risk,
    Submission,
    Unsaved,
)
from submissions.name_check import KnownNames
from tests.cases.pages import words
from tests.cases.test_hand_over_pages import TICKED, chosen, told
from tests.factories.cases import question, received
from tests.factories.partners import acting, signed_in
from tests.factories.submissions import (
    TusClient,
    approver,
    complete_draft,
    identity_of,
    person_in,
    unit_of_an_authority,
    upload_token,
)
from tests.partners.browser import hidden

SHEET = {"situation": "Attacks in the north", "languages": "Arabic", "working_language": "en"}


@pytest.fixture
def submission(db):
    return complete_draft()


@pytest.fixture
def client(submission):
    return signed_in(submission.begun_by)


@pytest.fixture
def person(submission):
    person = person_in(submission)
    identity_of(
        person, "Amina Hassan", "أمينة حسن", contacts="+963 944 123 456 amina.h@example.org",
        documents="Passport N 00123456",
    )  # fmt: skip
    return person


def page_of(submission, name, *names):
    return reverse(f"submissions:{name}", args=[submission.reference, *names])


def questions(answer):
    """The names of the fields that ask about words, with the words."""
    asked = answer.context["form"].asked_names
    return {field.name: re.sub("<[^>]+>", "", str(field.label)) for field in asked}


def found(submission, text):
    return [
        (text[one.start : one.end], set(one.codes)) for one in KnownNames(submission).found(text)
    ]


def summary_of(submission):
    cover = CoverSheet.objects.select_related("submission__compartment").get(submission=submission)
    return cover.situation, cover_sheets.read_summary(cover)


class TestTheCoverSheet:
    def test_a_name_is_shown_before_anything_is_saved_and_nothing_typed_is_lost(
        self, submission, client, person
    ):
        page, before = page_of(submission, "cover-sheet"), summary_of(submission)
        client.get(page)
        openings = Opening.objects.count()
        typed = SHEET | {"summary": "On Monday AMINA HASAN told us of smoke."}
        answer = client.post(page, typed)
        assert answer.status_code == 422
        shown = words(answer)
        assert "“ AMINA HASAN ” looks like the name of W-03" in shown
        assert "It stands in: Summary" in shown
        assert "Write W-03 instead" in shown and "Keep it" in shown
        form = answer.context["form"]
        assert form["summary"].value() == typed["summary"]
        assert form["situation"].value() == typed["situation"]
        assert summary_of(submission) == before
        assert Opening.objects.count() == openings

    def test_the_code_is_written_instead_if_one_chooses_so(self, submission, client, person):
        page = page_of(submission, "cover-sheet")
        typed = SHEET | {
            "situation": "Attacks on Amina Hassan",
            "summary": "Amina  Hassan, called amina; أمينة. Call 0944-123456.",
        }
        asked = questions(client.post(page, typed))
        assert sorted(asked.values()) == [
            "“0944-123456” looks like a number or address of W-03",
            "“Amina Hassan” looks like the name of W-03",
            "“amina” looks like the name of W-03",
            "“أمينة” looks like the name of W-03",
        ]
        answer = client.post(page, typed | dict.fromkeys(asked, "W-03"))
        assert answer.status_code == 302
        assert summary_of(submission) == (
            "Attacks on W-03", "W-03, called W-03; W-03. Call W-03.",
        )  # fmt: skip

    def test_a_word_is_kept_if_one_chooses_so(self, submission, client, person):
        page = page_of(submission, "cover-sheet")
        typed = SHEET | {"summary": "The Hassan market was shelled."}
        asked = questions(client.post(page, typed))
        answer = client.post(page, typed | dict.fromkeys(asked, "keep"))
        assert answer.status_code == 302
        assert summary_of(submission)[1] == "The Hassan market was shelled."
        again = client.post(page, typed)
        assert again.status_code == 422
        [field] = again.context["form"].asked_names
        assert field.value() == "keep"  # it stands there already

    def test_each_word_is_answered_for_and_only_as_it_was_asked(self, submission, client, person):
        page = page_of(submission, "cover-sheet")
        typed = SHEET | {"summary": "Amina was at the market. Hassan too."}
        one, other = questions(client.post(page, typed))
        for answers in ({one: "keep"}, {one: "keep", other: "W-99"}, {one: "keep", other: ""}):
            answer = client.post(page, typed | answers)
            assert answer.status_code == 422
            assert "Choose what stands here." in words(answer)
            assert answer.context["form"][one].value() == "keep"

    def test_other_mistakes_are_shown_at_the_same_time(self, submission, client, person):
        typed = SHEET | {"situation": "", "summary": "Amina was there."}
        answer = client.post(page_of(submission, "cover-sheet"), typed)
        assert "looks like the name of W-03" in words(answer)
        assert "Say in a few words which situation" in words(answer)

    def test_a_text_without_a_name_is_saved_at_once(self, submission, client, person):
        typed = SHEET | {"summary": "Three people saw the smoke from the hill."}
        assert client.post(page_of(submission, "cover-sheet"), typed).status_code == 302

    def test_the_answers_are_kept_while_typing_and_are_no_fields_of_the_page(
        self, submission, client, person
    ):
        typed = SHEET | {"summary": "Amina was there."}
        [asked] = questions(client.post(page_of(submission, "cover-sheet"), typed))
        keep = page_of(submission, "unsaved", "cover-sheet")
        assert client.post(keep, typed | {asked: "keep"}).status_code == 200
        assert client.get(page_of(submission, "cover-sheet")).status_code == 200
        client.post(page_of(submission, "cover-sheet"), typed | {asked: "keep"})
        assert not Unsaved.objects.exists()


class TestTheOtherPlaces:
    """Each asks, each saves nothing before, each writes the code; by one form of its page."""

    def asked_and_answered(self, client, page, typed):
        answer = client.post(page, typed)
        assert answer.status_code == 422
        assert "looks like the name of W-03" in words(answer)
        names = set(re.findall(r'name="(named-[0-9a-f]{12})"', answer.content.decode()))
        assert names
        return client.post(page, typed | dict.fromkeys(names, "W-03"))

    def test_the_working_title(self, submission, client, person):
        page = page_of(submission, "change-title")
        answer = self.asked_and_answered(client, page, {"title": "What Amina Hassan saw"})
        assert answer.status_code == 302
        assert Submission.objects.get(pk=submission.pk).title == "What W-03 saw"

    def test_an_incident(self, submission, client, person):
        incident = submission.incidents.get()
        page = page_of(submission, "incident-what", incident.reference)
        typed = {"heading": "Shelling", "what": "Амина Хасан saw it."}
        assert self.asked_and_answered(client, page, typed).status_code == 302
        incident.submission = submission
        incident.refresh_from_db(fields=["account"])
        assert incidents.read_account(incident)["what"] == "W-03 saw it."
        answer = client.post(page_of(submission, "incident-add"), typed)
        assert answer.status_code == 422 and submission.incidents.count() == 1
        page = page_of(submission, "incident-against", incident.reference)
        typed = {"against": "something", "weakens": "Amina Hassan was elsewhere."}
        assert self.asked_and_answered(client, page, typed).status_code == 302
        page = page_of(submission, "group-add", incident.reference)
        typed = {"who": "The Hassan family", "unit": "persons", "role": "victim"}
        assert client.post(page, typed).status_code == 422
        page = page_of(submission, "incident-where", incident.reference)
        typed = {"precision": "region", "country": "SY", "area": "Near Amina's house"}
        assert self.asked_and_answered(client, page, typed).status_code == 302
        incident.refresh_from_db()
        assert incident.area == "Near W-03's house"

    def test_an_exhibit_that_is_described(self, submission, client, person):
        page = page_of(submission, "add-without-file")
        typed = {"delivery": "held", "name": "AminaHassan_interview.mp4", "description": "A safe."}
        assert self.asked_and_answered(client, page, typed).status_code == 302
        exhibit = submission.exhibits.get(number=2)
        exhibit.submission = submission
        assert exhibits.read_name(exhibit) == "W-03_interview.mp4"
        page = page_of(submission, "exhibit-correct", exhibit.reference)
        assert client.post(page, {"delivery": "held", "name": "Amina"}).status_code == 422

    def test_the_answers_about_an_exhibit(self, submission, client, person):
        exhibit = submission.exhibits.get()
        page = page_of(submission, "exhibit-detail", exhibit.reference)
        typed = {"recognisable": "nobody", "description": "Amina Hassan at a well."}
        assert self.asked_and_answered(client, page, typed).status_code == 302
        found = Exhibit.objects.select_related("submission__compartment").get(pk=exhibit.pk)
        assert exhibits.read_description(found) == "W-03 at a well."

    def test_how_it_was_collected_and_went_on(self, submission, client, person):
        exhibit = submission.exhibits.get()
        page = page_of(submission, "exhibit-collected", exhibit.reference)
        assert self.asked_and_answered(client, page, {"collector": "Amina"}).status_code == 302
        page = page_of(submission, "exhibit-steps", exhibit.reference)
        assert client.post(page, {"what": "copied", "from_whom": "Hassan"}).status_code == 422

    def test_messages_answers_and_reasons_to_a_recipient(self, submission, person):
        referral = received(submission=submission)
        asked = question(referral)
        client = signed_in(approver(submission))
        page = reverse("cases:given", args=[referral.reference])
        answer = self.asked_and_answered(client, page, {"text": "Amina Hassan is safe."})
        assert answer.status_code == 302
        assert requests.read_message(referral.messages.get()) == "W-03 is safe."
        page = reverse("cases:answer", args=[referral.reference, asked.reference])
        typed = {"do": "decline", "why": "Amina does not wish it."}
        assert client.post(page, typed).status_code == 422
        typed = {"do": "answer", "text": "Amina Hassan saw it."}
        assert self.asked_and_answered(client, page, typed).status_code == 302
        asked.refresh_from_db()
        assert requests.read_answer(asked) == "W-03 saw it."
        page = reverse("cases:recall", args=[referral.reference])
        assert client.post(page, {"reason": "Amina asked for it."}).status_code == 422


class TestEverythingAboutPeople:
    """What is said of persons, of risks, and for what reason."""

    def test_a_persons_own_pages(self, submission, client, person):
        page = page_of(submission, "person-heard", person.reference)
        typed = {"heard": "yes", "heard_words": "Amina told a clinic."}
        assert client.post(page, typed).status_code == 422
        page = page_of(submission, "person-support", person.reference)
        answer = client.post(page, {"note": "Amina Hassan wants to be called."})
        assert answer.status_code == 422
        assert "“ Amina Hassan ” looks like the name of W-03" in words(answer)
        fields = dict.fromkeys(questions(answer), "W-03")
        typed = {"note": "Amina Hassan wants to be called."} | fields
        assert client.post(page, typed).status_code == 302
        found = Person.objects.select_related("submission__compartment").get(pk=person.pk)
        assert persons.read_details(found).note == "W-03 wants to be called."
        page = page_of(submission, "person-remove", person.reference)
        assert client.post(page, {"reason": "Amina asked."}).status_code == 422

    def test_what_they_said(self, submission, client, person):
        page = page_of(submission, "consent-record", person.reference)
        typed = {
            "asked_on": "2026-01-02", "mode": "written", "capacity": "adult", "not_exhibits": "1",
            "note": "Amina would like a copy.",
        }  # fmt: skip
        answer = client.post(page, typed)
        assert answer.status_code == 422
        assert "“ Amina ” looks like the name of W-03" in words(answer)
        assert (
            client.post(page, typed | dict.fromkeys(questions(answer), "W-03")).status_code == 302
        )
        consent = Consent.objects.get()
        consent.person.submission = Submission.objects.select_related("compartment").get()
        assert consents.read_details(consent).note == "W-03 would like a copy."
        assert consent.not_exhibits == [1]

    def test_a_risk_and_the_reason_that_it_is_over(self, submission, client, person):
        page, day = page_of(submission, "risk-add"), timezone.localdate() + timedelta(days=9)
        typed = {
            "to": ["staff"], "what": "They look for Hassan.", "likelihood": "low",
            "impact": "high", "review_on": day.isoformat(),
        }  # fmt: skip
        answer = client.post(page, typed)
        assert answer.status_code == 422 and not Risk.objects.exists()
        assert (
            client.post(page, typed | dict.fromkeys(questions(answer), "W-03")).status_code == 302
        )
        risk = Risk.objects.select_related("submission__compartment").get()
        assert risks.read_details(risk).what == "They look for W-03."
        page = page_of(submission, "risk-end", risk.reference)
        assert client.post(page, {"reason": "Amina moved away."}).status_code == 422

    def test_who_can_be_recognised(self, submission, client, person):
        page = page_of(submission, "link-add")
        typed = {
            "who": "people", "fewest": "1", "most": "2", "basis": "not_reachable",
            "describe": "With Amina Hassan.", "reason": "Gone.", "numbers": "1",
        }  # fmt: skip
        answer = client.post(page, typed)
        assert answer.status_code == 422
        assert "“ Amina Hassan ” looks like the name of W-03" in words(answer)

    def test_reasons_to_withdraw_and_to_send_back(self, submission, person):
        client = signed_in(approver(submission))
        with acting(submission.begun_by):
            progress.make_ready(submission=submission, by=submission.begun_by)
        answer = client.post(page_of(submission, "send-back"), {"note": "Ask Amina again."})
        assert answer.status_code == 422


class TestHandingOver:
    """Conditions and the question to the Secretariat: asked on their step, kept to the last."""

    CONDITION = "Call Amina Hassan before you share it."

    def page(self, submission):
        return reverse("cases:hand-over", args=[submission.reference])

    def test_a_condition(self, submission, person):
        client, unit = signed_in(approver(submission)), unit_of_an_authority()
        posted = chosen(unit) | told(unit, conditions=self.CONDITION)
        step = client.post(self.page(submission), posted | {"to": "check"})
        assert step.status_code == 422
        assert "“ Amina Hassan ” looks like the name of W-03" in words(step)
        (form,) = step.context["walk"].forms
        (field,) = form.asked_names
        assert field.html_name.startswith(f"{unit.reference}-named-")
        posted |= {field.html_name: "W-03"}
        step = client.post(self.page(submission), posted | {"to": "check"})
        assert step.status_code == 200
        assert "Call W-03 before you share it." in words(step)
        assert (field.html_name, "W-03") in hidden(step)
        number = {"number": "1"}
        assert client.post(self.page(submission), posted | TICKED | number).status_code == 302
        condition = Condition.objects.select_related("referral__compartment").get()
        assert referrals.read_condition(condition) == "Call W-03 before you share it."

    def test_the_question_to_the_secretariat(self, submission, person):
        client = signed_in(approver(submission))
        posted = {"route": "ask", "question": "Who takes what Hassan saw?"}
        step = client.post(self.page(submission), posted | {"to": "conditions"})
        assert step.status_code == 422
        assert "“ Hassan ” looks like the name of W-03" in words(step)
        posted |= dict.fromkeys(questions(step), "keep")
        step = client.post(self.page(submission), posted | {"to": "conditions"})
        assert "Check your answers and hand over" in words(step)
        done = posted | {"to": "done", "checked": "on", "number": "1"}
        assert client.post(self.page(submission), done).status_code == 302


class TestFilesThatAreSent:
    def test_nothing_is_begun_under_a_name_before_its_sender_has_seen_it(self, submission, person):
        tus, before = TusClient(upload_token(submission)), submission.exhibits.count()
        name = "AminaHassan_interview, Hassan.mp4"
        answer = tus.request("POST", "/bytes/uploads/", **begun(name))
        assert answer.status_code == 422
        assert answer.json() == {
            "words": "AminaHassan, Hassan",
            "codes": "W-03",
            "instead": "W-03_interview, W-03.mp4",
        }
        assert submission.exhibits.count() == before
        answer = tus.request("POST", "/bytes/uploads/", **begun(name, "named Y2hlY2tlZA=="))
        assert answer.status_code == 201
        assert exhibits.read_name(submission.exhibits.last()) == name
        answer = tus.request("POST", "/bytes/uploads/", **begun("W-03_interview.mp4"))
        assert answer.status_code == 201

    @pytest.mark.parametrize(
        ("how", "name"), [("", "W-03_interview.mp4"), ("?names=keep", "Amina Hassan_interview.mp4")]
    )
    def test_a_plain_form_writes_codes_unless_the_other_button_is_pressed(
        self, own_database, how, name
    ):
        submission = complete_draft()
        identity_of(person_in(submission), "Amina Hassan")
        client = signed_in(submission.begun_by)
        page = client.get(page_of(submission, "exhibit-list"))
        assert "?names=keep" in page.content.decode()
        address = page.context["plain_url"].removeprefix(settings.BYTES_ORIGIN)
        sent = SimpleUploadedFile("Amina Hassan_interview.mp4", b"example")
        assert Client().post(address + how, {"file": sent}).status_code == 303
        assert exhibits.read_name(submission.exhibits.last()) == name

    def test_whoever_keeps_no_identity_is_asked_nothing(self, submission):
        assert TusClient(upload_token(submission)).begin(3, "Amina Hassan.mp4")


def begun(name, *more):
    metadata = ["filename " + base64.b64encode(name.encode()).decode(), *more]
    return {"Upload_Length": "3", "Upload_Metadata": ",".join(metadata)}


class TestWhatIsFound:
    def test_only_names_of_the_same_submission(self, submission, person):
        other = complete_draft(title="Another one")
        assert found(submission, "Amina was there.") == [("Amina", {"W-03"})]
        assert found(other, "Amina was there.") == []

    def test_nothing_once_the_identity_is_gone(self, submission, person):
        with acting(submission.begun_by):
            identities.forget(person=person, reason="x", by=submission.begun_by)
        assert found(submission, "Amina was there.") == []
        assert not NameToken.objects.exists()

    def test_the_words_of_one_name_are_one_place(self, submission, person):
        assert found(submission, "Amina al-Hassan, Amina. Hassan") == [
            ("Amina al-Hassan", {"W-03"}),
            ("Amina", {"W-03"}),
            ("Hassan", {"W-03"}),
        ]

    def test_whose_name_it_is_may_be_several_peoples(self, submission, client, person):
        identity_of(person_in(submission, "W-04"), "Omar Hassan")
        assert found(submission, "Hassan; Omar Hassan; Amina Hassan") == [
            ("Hassan", {"W-03", "W-04"}),
            ("Omar Hassan", {"W-04"}),
            ("Amina Hassan", {"W-03"}),
        ]
        page = page_of(submission, "change-title")
        answer = client.post(page, {"title": "What Hassan saw"})
        assert "looks like the name of W-03 or W-04" in words(answer)
        [asked] = questions(answer)
        client.post(page, {"title": "What Hassan saw", asked: "W-04"})
        assert Submission.objects.get(pk=submission.pk).title == "What W-04 saw"

    def test_numbers_and_addresses(self, submission, person):
        for text in ("00963 944 12 34 56", "(0944)123456", "AMINA.H@example.org", "N00123456"):
            assert found(submission, f"See {text}, please")[0][1] == {"W-03"}, text
        assert found(submission, "On 12.03.2024 at 14:30, 250 people; 123456") == []

    def test_whoever_has_no_identity_costs_one_question_to_the_database(
        self, submission, django_assert_num_queries
    ):
        known = KnownNames(submission)
        with django_assert_num_queries(1):
            assert known.found("Amina") == known.found("Hassan") == []
