"""A form that cannot be taken loses nothing of what was typed: not now, too old, too large."""

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases.actions import access
from custody.models import CustodyEvent
from submissions.actions import progress
from tests.factories.cases import head, received
from tests.factories.partners import acting, manager_of, signed_in
from tests.factories.submissions import complete_draft, documenter, handed_over
from tests.partners.browser import hidden, words

CANARY = "canary-4711: a long sentence\nof two lines & <b>marks</b>"
OURS = {"Origin": settings.ORIGIN}


def shown(response) -> str:
    return words(response).replace("\r", "")


class TestNotNow:
    def test_a_decision_that_comes_too_late_is_listed_under_its_labels(self, db):
        referral = received()
        client, path = signed_in(head()), f"{referral.get_absolute_url()}decide/"
        told = {"outcome": "declined", "reasons": ["D01"], "words": CANARY, "seen": "received"}
        assert client.post(path, told).status_code in (302, 303)
        answer = client.post(path, told, headers={"Referer": f"http://testserver{path}"})
        assert answer.status_code == 409
        page = shown(answer)
        assert "What you typed" in page and "canary-4711" in page and "of two lines" in page
        assert "Reasons, if you decline" in page and "No core crime, prima facie" in page
        assert ">received<" not in page, "hidden fields were typed by nobody"
        assert f'href="{path}"' in page
        assert "no-store" in answer["Cache-Control"]

    def test_feedback_on_what_was_recalled(self, db):
        referral = received()
        client, path = signed_in(head()), f"{referral.get_absolute_url()}feedback/"
        with acting(referral.sent_by):
            access.recall(referral=referral, reason="x", by=referral.sent_by)
        answer = client.post(path, {"text": CANARY, "usefulness": "lead"})
        assert answer.status_code == 409
        assert "canary-4711" in shown(answer) and "How it was useful" in shown(answer)

    def test_an_incident_of_what_was_handed_over_meanwhile(self, db):
        version = handed_over()
        submission = version.submission
        path = reverse("submissions:incident-add", args=[submission.reference])
        answer = signed_in(submission.begun_by).post(
            path, {"heading": "Short", "what": CANARY, "basis": ["direct", "inference"]}
        )
        page = shown(answer)
        assert answer.status_code == 409
        assert "What happened?" in page and "A short heading" in page and "Short" in page
        assert "Direct sight or hearing" in page and "Inference" in page
        assert "&lt;b&gt;marks" in answer.content.decode()

    def test_nothing_of_it_is_logged(self, db, caplog):
        version = handed_over()
        path = reverse("submissions:incident-add", args=[version.submission.reference])
        signed_in(version.submission.begun_by).post(path, {"what": CANARY})
        assert "canary-4711" not in caplog.text
        assert not CustodyEvent.objects.filter(entry__contains="canary-4711").exists()

    def test_a_page_that_only_looks_says_how_to_go_on(self, db):
        version = handed_over()
        path = reverse("submissions:incident-add", args=[version.submission.reference])
        answer = signed_in(version.submission.begun_by).get(path)
        assert answer.status_code == 409 and "What you typed" not in words(answer)

    def test_a_ready_draft_needs_no_words(self, db):
        submission = complete_draft()
        with acting(submission.begun_by):
            progress.make_ready(submission=submission, by=submission.begun_by)
        answer = signed_in(submission.begun_by).post(f"{submission.get_absolute_url()}ready/")
        assert answer.status_code == 409 and "What you typed" not in words(answer)


class TestOlderThanTheSession:
    @pytest.fixture
    def client(self, db) -> Client:
        client = Client(enforce_csrf_checks=True)
        client.cookies = signed_in(manager_of(documenter().partner)).cookies
        return client

    @pytest.fixture
    def path(self):
        return reverse("partners:invite")

    def test_it_is_shown_again_and_sent_by_a_press(self, client, path):
        sent = {"email": "canary-4711@cso.example", "offers": ["documenter", "reader"],
                "csrfmiddlewaretoken": "old"}  # fmt: skip
        answer = client.post(path, sent, headers=OURS)
        assert answer.status_code == 403
        page = words(answer)
        assert "This form is older than your session" in page
        assert f'action="{path}"' in page
        fields = hidden(answer)
        assert ("email", "canary-4711@cso.example") in fields
        assert [v for k, v in fields if k == "offers"] == ["documenter", "reader"]
        assert "old" not in [v for k, v in fields if k == "csrfmiddlewaretoken"]
        again = {"csrfmiddlewaretoken": str(answer.context["csrf_token"])}
        for name, value in fields:
            if name != "csrfmiddlewaretoken":
                again.setdefault(name, []).append(value)
        assert client.post(path, again, headers=OURS).status_code == 302

    @pytest.mark.parametrize("origin", ["", "null", "https://evil.example"])
    def test_what_another_site_sent_is_shown_to_nobody(self, client, path, origin):
        headers = {"Origin": origin} if origin else {}
        answer = client.post(path, {"email": "planted-4711@cso.example"}, headers=headers)
        assert answer.status_code == 403
        assert "planted-4711" not in words(answer)

    def test_nor_is_it_to_somebody_who_is_not_signed_in(self, db, path):
        client = Client(enforce_csrf_checks=True)
        answer = client.post(path, {"email": "planted-4711@cso.example"}, headers=OURS)
        assert answer.status_code == 403
        assert "planted-4711" not in words(answer)

    def test_secrets_are_typed_again(self, client):
        path = reverse("partners:change-password")
        answer = client.post(path, {"password": "hush-4711", "code": "123456"}, headers=OURS)
        assert answer.status_code == 403
        assert "hush-4711" not in words(answer) and "123456" not in words(answer)


class TestTooLarge:
    def test_an_ordinary_form_over_its_limit_gets_413(self, db):
        submission = complete_draft()
        path = reverse("submissions:cover-sheet", args=[submission.reference])
        text = "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        answer = signed_in(submission.begun_by).post(path, {"summary": text})
        assert answer.status_code == 413
        assert "too large" in words(answer) and "Go back" in words(answer)

    def test_a_file_in_an_ordinary_form_is_refused_in_words(self, db):
        submission = complete_draft()
        path = reverse("submissions:cover-sheet", args=[submission.reference])
        file = SimpleUploadedFile("a.pdf", b"canary")
        answer = signed_in(submission.begun_by).post(path, {"summary": "x", "file": file})
        assert answer.status_code == 415
        assert "Files are not taken here" in words(answer)
