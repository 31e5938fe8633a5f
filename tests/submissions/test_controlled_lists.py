"""How they know, and why people were chosen: asked from lists, shown in words, never as codes."""

import pytest
from django.urls import reverse

from cases.demonstration.events import events
from submissions.actions import incidents
from submissions.actions.incidents import Qualification
from submissions.completeness import missing
from submissions.models import Incident
from submissions.offences import PersecutionGround
from submissions.told import Told
from submissions.vocabularies import BasisOfKnowledge
from tests.cases.pages import at_head
from tests.factories.cases import referred
from tests.factories.partners import acting, signed_in
from tests.factories.submissions import complete_draft
from tests.partners.browser import words

CONTEXT = {"conflict": "none", "attack": "yes", "group": "no"}


@pytest.fixture
def submission(db):
    return complete_draft()


@pytest.fixture
def client(submission):
    return signed_in(submission.begun_by)


def step(submission, name):
    incident = submission.incidents.get()
    return reverse(f"submissions:incident-{name}", args=[submission.reference, incident.reference])


def tell(submission, **answers):
    by = submission.begun_by
    with acting(by):
        incidents.tell(incident=submission.incidents.get(), answers=answers, by=by)


def persecution(submission):
    """Something was done that may be persecution."""
    by = submission.begun_by
    with acting(by):
        answers = Qualification(conducts=["singled_out"], not_sure=True)
        incidents.qualify(incident=submission.incidents.get(), answers=answers, by=by)


class TestHowTheyKnow:
    def test_every_basis_is_a_choice_and_several_are_kept(self, client, submission):
        page = words(client.get(step(submission, "what")))
        assert all(str(label) in page for label in BasisOfKnowledge.labels)
        told = {"heading": "Example", "what": "Example.",
                "basis": ["hearsay_1", "documentary"], "known_by": "W-03; a register."}  # fmt: skip
        assert client.post(step(submission, "what"), told).status_code == 302
        account = incidents.read_account(submission.incidents.get())
        assert account["basis"] == "hearsay_1 documentary"
        form = client.get(step(submission, "what")).context["form"]
        assert form["basis"].value() == ["hearsay_1", "documentary"]

    def test_a_code_of_no_list_is_refused(self, client, submission):
        told = {"heading": "Example", "basis": ["rumour"]}
        assert client.post(step(submission, "what"), told).status_code == 422

    @pytest.mark.parametrize("answer", [{"basis": "direct"}, {"known_by": "We saw it."}])
    def test_either_is_an_answer_and_neither_is_missing(self, submission, answer):
        tell(submission, known_by="", basis="")
        assert "how you know" in missing(submission, sealed=True)[0].words
        tell(submission, **answer)
        assert not missing(submission, sealed=True)

    def test_words_are_shown_and_never_codes(self, client, submission):
        tell(submission, basis="hearsay_remote inference", known_by="From the ashes.")
        for name in ("detail",):
            page = words(client.get(step(submission, name)))
            assert "Hearsay, remote" in page and "Inference" in page and "From the ashes." in page
            assert "hearsay_remote" not in page

    def test_free_text_of_before_is_shown_and_a_code_in_it_said_in_words(self, submission):
        tell(submission, known_by="W-03 told us.")
        told = Told.of(submission.incidents.get())
        assert (told.known, told.known_by) == ([], "W-03 told us.")
        tell(submission, known_by="documentary")
        told = Told.of(submission.incidents.get())
        assert ([str(one) for one in told.known], told.known_by) == (["Documentary"], "")

    def test_a_recipient_reads_words(self, submission):
        tell(submission, basis="hearsay_1", known_by="W-03 told us.")
        persecution(submission)
        tell(submission, grounds="political", grounds_why="A list was read out.")
        referral = referred(submission)
        page = words(at_head().get(reverse("cases:referral", args=[referral.reference])))
        for said in ("Hearsay, first degree", "W-03 told us.", "Political", "A list was read out."):
            assert said in page, said
        assert "hearsay_1" not in page

    def test_the_demonstration_tells_words(self):
        account = next(iter(events().values())).account
        assert account["basis"] in BasisOfKnowledge.values
        assert account["known_by"].startswith("Example")


class TestWhyPeopleWereChosen:
    def test_it_is_asked_where_it_may_be_persecution_only(self, client, submission):
        assert 'name="grounds"' not in words(client.get(step(submission, "context")))
        persecution(submission)
        page = words(client.get(step(submission, "context")))
        assert all(str(label) in page for label in PersecutionGround.labels)

    def test_it_is_sealed_and_shown_in_words(self, client, submission):
        persecution(submission)
        told = CONTEXT | {"grounds": ["religious", "other"], "grounds_why": "They were asked."}
        assert client.post(step(submission, "context"), told).status_code == 302
        incident = submission.incidents.get()
        assert incident.attack == "yes"
        clear = " ".join(str(getattr(incident, f.name)) for f in Incident._meta.fields
                         if f.name != "account")  # fmt: skip
        assert "religious" not in clear and b"religious" not in bytes(incident.account)
        page = words(client.get(step(submission, "detail")))
        assert "Religious" in page and "They were asked." in page
        form = client.get(step(submission, "context")).context["form"]
        assert form["grounds"].value() == ["religious", "other"]

    def test_a_ground_needs_a_reason(self, client, submission):
        persecution(submission)
        answer = client.post(step(submission, "context"), CONTEXT | {"grounds": ["gender"]})
        assert answer.status_code == 422
        assert "Say what makes you say so" in words(answer)

    def test_without_a_ground_the_rest_is_saved(self, client, submission):
        persecution(submission)
        assert client.post(step(submission, "context"), CONTEXT).status_code == 302
        assert "Why people were chosen" not in words(client.get(step(submission, "detail")))
