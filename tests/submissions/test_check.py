"""Check your answers: all of them on one page, with one opening, whatever the number of exhibits."""

import gzip

import pytest
from django.urls import reverse
from django.utils import timezone

from custody.models import CustodyEvent, SealingKey
from impna.references import new_reference
from partners import roles
from submissions.actions import cover_sheets, exhibits, incidents, progress
from submissions.answers import Details, Step
from submissions.models import Exhibit
from tests.factories.partners import acting, member, signed_in
from tests.factories.submissions import (
    another_documenter,
    approver,
    complete_draft,
    describe,
    draft,
    handed_over,
    person_in,
    recognised,
)
from tests.partners.browser import words

MANY = 464  # exhibits in one go (issue 2)


def address(submission, query=""):
    return reverse("submissions:check", args=[submission.reference]) + query


@pytest.fixture
def submission(db):
    return complete_draft()


@pytest.fixture
def client(submission):
    return signed_in(submission.begun_by)


def described(submission, number, descriptions):
    """So many more exhibits, described alike but for the description of their number.

    Rows only: keys of their own in the key store would cost a minute and show nothing here.
    """
    by, now = submission.begun_by, timezone.now()
    with acting(by):
        keys = SealingKey.objects.bulk_create(
            SealingKey(
                compartment=submission.compartment, entry=f"e{n}", recipient="x", made_at=now
            )
            for n in range(number)
        )
        found = [
            Exhibit(reference=new_reference(), submission=submission, number=n + 2, key=key,
                    delivery="held", recognisable="nobody", evidence_type="photograph",
                    obtained="made", added_by=by, added_at=now)
            for n, key in enumerate(keys)
        ]  # fmt: skip
        for n, exhibit in enumerate(found):
            exhibit.name = exhibits._seal(exhibit, f"IMG_{n:04}.jpg", exhibits.NAME_COLUMN)
            text = descriptions(n)
            exhibit.description = exhibits._seal(exhibit, text, exhibits.DESCRIPTION_COLUMN)
        Exhibit.objects.bulk_create(found)


def test_every_answer_stands_on_it(client, submission):
    incident, exhibit, by = (
        submission.incidents.get(),
        submission.exhibits.get(),
        submission.begun_by,
    )
    told = {"how": "From the hill.", "result": "Two rooms burnt.", "place": "At the mill",
            "position": "35.1, 36.7", "known_by": "W-03 saw it.", "weakens": "It was dark."}  # fmt: skip
    with acting(by):
        incidents.tell(incident=incident, answers=told, by=by)
        answers = {
            "description": "A burnt classroom.",
            "recognisable": "someone",
            "identified_by": ["face"],
            "derivation": "original",
            "strands": ["linkage"],
            "markers": ["graphic"],
            "handling": ["H3"],
            "details": Details(
                origin="From a neighbour.",
                restrictions="Not to the press.",
                steps=[Step("collected", "March 2026", "In a bag.")],
            ),
        }
        describe(exhibit, by, **answers)
    recognised(submission, person_in(submission), numbers=(1,))
    page = words(client.get(address(submission)))
    for said in (
        "Example attacks on schools", "Example summary.", "English", "SY", "3 Mar 2026",
        "Example region", "Day known", "Region known", "Not sure", "example note",
        *told.values(), "A burnt classroom.", "Face", "W-03", "Original", "Linkage",
        "Graphic content", "Other restrictions", "From a neighbour.", "Not to the press.",
        "Collected", "March 2026", "In a bag.", "Photograph", "Held by us or someone else",
    ):  # fmt: skip
        assert said in page, said
    for name in ("what", "when", "where", "conduct", "context", "law", "against"):
        names = [submission.reference, incident.reference]
        assert f'href="{reverse(f"submissions:incident-{name}", args=names)}"' in page, name
    names = [submission.reference, exhibit.reference]
    assert f'href="{reverse("submissions:exhibit-detail", args=names)}"' in page
    assert reverse("submissions:cover-sheet", args=[submission.reference]) in page


def test_it_is_one_opening_for_all_of_it(client, submission):
    described(submission, 3, lambda n: f"Canary {n}")
    opened = CustodyEvent.objects.filter(type="custody.opening.opened")
    before = opened.count()
    client.get(address(submission))
    client.get(address(submission))
    assert opened.count() == before + 1
    assert opened.latest("pk").on == f"submissions.submission:{submission.reference}"


def test_an_approver_is_asked_from_here(client, submission):
    page = words(client.get(address(submission)))
    assert "Ask an approver to check it" in page
    make_ready = reverse("submissions:make-ready", args=[submission.reference])
    assert make_ready in page
    assert client.post(make_ready).status_code == 302
    assert "With an approver" in words(client.get(address(submission)))


def test_what_is_missing_is_said_and_nobody_is_asked(db):
    submission = draft()
    client = signed_in(submission.begun_by)
    page = words(client.get(address(submission)))
    assert "Something is still missing" in page and "Not written yet" in page
    assert "No incident is told" in page
    assert "Ask an approver to check it" not in page


def test_an_approver_and_a_reader_read_it_without_links_to_change(submission):
    by = submission.begun_by
    with acting(by):
        progress.make_ready(submission=submission, by=by)
    for user in (approver(submission), member(submission.partner, roles.Reader.code)):
        page = words(signed_in(user).get(address(submission)))
        assert "Example summary." in page
        assert 'class="p-summary__change"' not in page
    assert "Go on to the hand-over" in words(
        signed_in(approver(submission)).get(address(submission))
    )


def test_strangers_find_nothing(submission):
    assert signed_in(another_documenter()).get(address(submission)).status_code == 404


def test_what_was_handed_over_leads_to_its_own_page(db):
    version = handed_over()
    client = signed_in(version.submission.begun_by)
    answer = client.get(address(version.submission))
    assert answer["Location"] == version.submission.get_absolute_url()


@pytest.mark.parametrize(
    ("sure", "said"),
    [([False], "Not said yet"), ([True], "Not sure: said of every incident"),
     ([True, False], "Not sure: said of some incidents")],
)  # fmt: skip
def test_where_no_offence_is_chosen_it_says_what_was_answered(db, sure, said):
    submission = draft()
    by = submission.begun_by
    with acting(by):
        for not_sure in sure:
            incident = incidents.add(submission=submission, by=by)
            answers = incidents.Qualification(not_sure=not_sure)
            incidents.qualify(incident=incident, answers=answers, by=by)
    page = words(signed_in(by).get(address(submission)))
    assert said in page
    assert "you said you are not sure" not in page


class TestManyExhibits:
    """Sizes and statements stay small; nothing is left out."""

    def test_those_alike_stand_together(self, client, submission, django_assert_max_num_queries):
        described(submission, MANY - 1, lambda _n: "")
        with django_assert_max_num_queries(25):
            answer = client.get(address(submission))
        page = words(answer)
        assert f"Exhibits 1 to {MANY}: Photograph" in page
        assert all(f"IMG_{n:04}.jpg" in page for n in range(MANY - 1))
        assert len(gzip.compress(answer.content)) < 80_000

    def test_those_that_differ_stand_on_several_pages(self, client, submission):
        long = " ".join(f"{n * 7919 % 100_003} example words" for n in range(200))
        described(submission, 90, lambda n: f"Number {n}. {long}")
        seen, at, pages = "", "", 0
        while at is not None:
            answer = client.get(address(submission, at))
            assert len(gzip.compress(answer.content)) < 80_000
            page = words(answer)
            seen, pages = seen + page, pages + 1
            _before, _next, after = page.partition('rel="next" href="')
            at = after.partition('"')[0] if after else None
        assert pages > 1
        assert all(f"Number {n}. " in seen for n in range(90))
        assert seen.count("Ask an approver to check it") == 1


def test_a_made_up_page_number_begins_at_the_beginning(client, submission):
    assert "Example summary." in words(client.get(address(submission, "?at=x")))
    assert client.get(address(submission, "?at=999999")).status_code == 200


def test_a_cover_sheet_in_another_language_says_so(client, submission):
    by = submission.begun_by
    with acting(by):
        sheet = cover_sheets.Sheet("North", "Résumé", ["Arabic"], "fr", needs_translation=True)
        cover_sheets.write(submission=submission, sheet=sheet, by=by)
    page = words(client.get(address(submission)))
    assert "French" in page and "Needs translation" in page
