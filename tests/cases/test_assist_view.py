"""What a CSO shows with a question, as long as it is open: what is written, and exhibits (R14)."""

import pytest
from django.conf import settings as django_settings
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from cases.actions import advising
from cases.models import Advice, AdviceExhibit
from custody import vault
from custody.intake.clamd import Verdict
from custody.models import CustodyEvent
from impna.db import SECRETARIAT, acting_as
from impna.errors import NotAllowed
from partners import roles
from partners.models import User
from submissions.actions import consents, progress, redactions
from submissions.models import Submission
from tests.cases.pages import CONTENT, with_file, words
from tests.cases.test_recipient_openings import received_bytes
from tests.cases.test_redacted_items import COPY
from tests.cases.test_redacted_items import confirmed as copied
from tests.factories.cases import advised, adviser, asked
from tests.factories.partners import acting, coordinators, member, signed_in
from tests.factories.submissions import (
    another_documenter,
    approver,
    complete_draft,
    handed_over,
    person_in,
    recognised,
    said,
    unit_of_an_authority,
)

QUESTION = "Who takes example cases in the south?"
GRANTED = {"C02": "granted", "C03": "granted"}


@pytest.fixture(autouse=True)
def may_assist(settings):
    settings.SECRETARIAT_VIEWS = ["blind", "cover", "assist"]


@pytest.fixture
def version(db):
    """Exhibit 1 is held elsewhere, exhibit 2 has a file; nobody is recognisable anywhere."""
    return handed_over(with_file())


def somebody(submission: Submission, *, numbers=(), in_words=False, **scopes: str):
    """Recognisable there; with what they said to the Secretariat."""
    if in_words:
        submission.cover_sheet.recognisable = "someone"
        submission.cover_sheet.save(update_fields=["recognisable"])
    person = person_in(submission)
    recognised(submission, person, numbers=numbers, in_words=in_words)
    said(person, scopes=scopes)
    return person


def ask(version, *numbers, view="assist"):
    by = version.handed_over_by
    found = list(version.submission.exhibits.filter(number__in=numbers))
    with acting(by):
        return advising.ask(version=version, question=QUESTION, view=view, exhibits=found, by=by)


def another_adviser() -> User:
    return member(adviser().partner, roles.Adviser.code)


def question_page(advice):
    return reverse("cases:advice", args=[advice.reference])


def open_page(advice):
    return reverse("cases:open-shown", args=[advice.reference])


def opened(advice, *numbers, user=None, **more):
    """A browser of an adviser who opened the words, and then these exhibits."""
    client = signed_in(user or adviser())
    first = client.post(open_page(advice), {"reason": "To find a unit."})
    assert first.status_code == 303, words(first)
    if numbers:
        shown = advice.submission.exhibits.filter(number__in=numbers)
        items = list(shown.values_list("reference", flat=True))
        answer = client.post(
            open_page(advice), {"items": items, "reason": "To see what it is.", **more}
        )
        assert answer.status_code == 303, words(answer)
    return client


def bytes_of(client, advice):
    """All that the page links to, by name; under the first byte asked again."""
    links = client.get(question_page(advice)).context["shown"].links
    return {one["name"]: received_bytes(client.get(path_of(one))) for one in links}


def path_of(link):
    return link["url"].removeprefix(django_settings.BYTES_ORIGIN)


class TestTheQuestion:
    def test_it_keeps_what_is_shown_with_it(self, version):
        advice = ask(version, 2)
        assert [(one.exhibit.number, one.copy) for one in advice.shown.all()] == [(2, None)]
        told = CustodyEvent.objects.get(type="cases.advice.asked").entry
        assert '"view":"assist"' in told
        assert '"exhibits":[2]' in told

    def test_no_exhibit_need_be_shown(self, version):
        assert not ask(version).shown.exists()

    def test_exhibits_are_shown_only_with_what_is_written(self, version):
        for view in ("blind", "cover"):
            with pytest.raises(NotAllowed, match="only with what is written"):
                ask(version, 2, view=view)

    def test_an_exhibit_without_a_file_here_is_not_shown(self, version):
        with pytest.raises(NotAllowed, match="Exhibit 1: its file is not in the portal"):
            ask(version, 1)

    def test_what_is_in_quarantine_is_not_shown(self, db):
        with pytest.raises(NotAllowed, match="in quarantine"):
            ask(handed_over(with_file(scan="infected")), 2)

    def test_what_two_people_open_is_not_shown(self, db):
        with pytest.raises(NotAllowed, match="two people"):
            ask(handed_over(with_file(markers=["two_people"])), 2)

    def test_an_original_in_which_somebody_is_seen_is_not_shown(self, db):
        submission = with_file(recognisable="someone", identified_by=["face"])
        somebody(submission, numbers=(2,), **GRANTED)
        with pytest.raises(NotAllowed, match="no redacted copy"):
            ask(handed_over(submission), 2)

    def test_an_exhibit_of_another_submission_is_not_shown(self, version):
        other = handed_over(with_file(complete_draft(title="Another")))
        by, found = version.handed_over_by, list(other.submission.exhibits.filter(number=2))
        with acting(by), pytest.raises(NotAllowed, match="may not be shown"):
            advising.ask(version=version, question=QUESTION, view="assist", exhibits=found, by=by)

    @pytest.mark.parametrize("scopes", [{"C02": "granted"}, {"C03": "granted"}, {}])
    def test_words_against_somebodys_word_are_not_shown(self, db, scopes):
        submission = with_file()
        somebody(submission, in_words=True, **scopes)
        with pytest.raises(NotAllowed, match="The Secretariat may not be shown"):
            ask(handed_over(submission))
        assert not Advice.objects.exists()

    def test_words_that_everybody_agreed_to_are_shown(self, db):
        submission = with_file()
        somebody(submission, in_words=True, **GRANTED)
        assert ask(handed_over(submission)).view == "assist"


def insert(advice, exhibit, copy=None):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_adviceexhibit (advice_id, exhibit_id, copy_id) VALUES (%s, %s, %s)",
            [advice.pk, exhibit.pk, copy],
        )


def refused(match, advice, exhibit, *, by, role="", copy=None):
    with pytest.raises(DatabaseError, match=match), transaction.atomic(), acting_as(by, role=role):
        insert(advice, exhibit, copy)


class TestTheDatabase:
    def test_whoever_asks_shows_with_the_open_question_alone(self, version):
        advice, by = ask(version), version.handed_over_by
        exhibit = version.submission.exhibits.get(number=2)
        refused("whoever asks", advice, exhibit, by=adviser())
        refused("whoever asks", advice, exhibit, by=version.submission.begun_by)
        advised(advice, unit_of_an_authority())
        refused("open question", advice, exhibit, by=by)

    def test_nothing_is_shown_in_blind_or_cover(self, version):
        for view in ("blind", "cover"):
            advice = ask(version, view=view)
            exhibit = version.submission.exhibits.get(number=2)
            refused("open question", advice, exhibit, by=version.handed_over_by)
            advised(advice, unit_of_an_authority())

    def test_nothing_is_shown_of_what_was_withdrawn(self, version):
        advice, by = ask(version), version.handed_over_by
        with acting(by):
            progress.withdraw(submission=version.submission, reason="Example.", by=by)
        refused("open question", advice, version.submission.exhibits.get(number=2), by=by)

    def test_an_exhibit_belongs_to_the_version(self, version):
        other = handed_over(with_file(complete_draft(title="Another")))
        foreign = other.submission.exhibits.get(number=2)
        refused("exhibits of the version", ask(version), foreign, by=version.handed_over_by)

    def test_no_original_in_which_somebody_is_seen(self, db):
        submission = with_file(recognisable="someone", identified_by=["face"])
        somebody(submission, numbers=(2,), **GRANTED)
        version = handed_over(submission)
        exhibit = submission.exhibits.get(number=2)
        refused("somebody is seen", ask(version), exhibit, by=version.handed_over_by)

    def test_nothing_without_a_file_harmful_or_for_two_people(self, db):
        for submission in (
            complete_draft(title="Held"),
            with_file(complete_draft(title="Harmful"), scan="infected"),
            with_file(complete_draft(title="For two"), markers=["two_people"]),
        ):
            version = handed_over(submission)
            last = submission.exhibits.order_by("number").last()
            refused("exhibits of the version", ask(version), last, by=version.handed_over_by)

    def test_what_was_shown_never_changes(self, version):
        ask(version, 2)
        for statement in (
            "UPDATE cases_adviceexhibit SET copy_id = NULL",
            "DELETE FROM cases_adviceexhibit",
            "TRUNCATE cases_adviceexhibit",
        ):
            with (
                pytest.raises(DatabaseError),
                transaction.atomic(),
                acting_as(version.handed_over_by),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)
        assert AdviceExhibit.objects.count() == 1

    def test_not_even_its_owner_changes_it(self, own_database, as_owner):
        ask(handed_over(with_file()), 2)
        with as_owner() as owner:
            for statement in (
                "UPDATE cases_adviceexhibit SET copy_id = NULL",
                "DELETE FROM cases_adviceexhibit",
            ):
                with pytest.raises(Exception, match="never changed"):
                    owner.execute(statement)
                owner.rollback()

    def test_the_secretariats_role_and_the_system_get_nothing_of_it(self, own_database, as_worker):
        version = handed_over(with_file())
        advice, by = ask(version, 2), version.handed_over_by
        exhibit = version.submission.exhibits.get(number=2)
        refused("permission denied", advice, exhibit, by=adviser(), role=SECRETARIAT)
        tables = ("cases_adviceexhibit", "submissions_exhibit", "submissions_coversheet")
        for table in tables:
            with (
                pytest.raises(DatabaseError, match="permission denied"),
                transaction.atomic(),
                acting_as(adviser(), role=SECRETARIAT),
                connection.cursor() as cursor,
            ):
                cursor.execute(f"SELECT count(*) FROM {table}")
        with as_worker():
            refused("permission denied", advice, exhibit, by=by)


class TestTheAdviser:
    def test_before_it_is_opened_there_is_the_sheet_and_no_word_more(self, version):
        page = words(signed_in(adviser()).get(question_page(ask(version, 2))))
        assert version.sheet["situation"] in page
        assert "summary and 1 incident" in page
        assert "And 1 exhibit." in page
        for hidden in ("Example summary.", "Example region", "Amina", "example note"):
            assert hidden not in page

    def test_it_opens_the_words_with_a_reason_that_the_organisation_reads(self, version):
        advice = ask(version, 2)
        client = opened(advice)
        page = words(client.get(question_page(advice)))
        for told in ("Example summary.", "Example region", "Exhibit 2", "Photograph"):
            assert told in page
        of_cso = signed_in(version.handed_over_by).get(
            reverse("cases:given-list", args=[version.submission.reference])
        )
        for told in ("What you wrote, shown with a question", "To find a unit.", str(adviser())):
            assert told in words(of_cso)

    def test_no_reason_opens_nothing(self, version):
        advice = ask(version, 2)
        client = signed_in(adviser())
        assert client.post(open_page(advice), {"reason": " "}).status_code == 422
        assert client.get(question_page(advice)).context["shown"].permit is None
        client = opened(advice)
        items = [version.submission.exhibits.get(number=2).reference]
        assert client.post(open_page(advice), {"items": items}).status_code == 422
        assert client.post(open_page(advice), {"reason": "x"}).status_code == 422
        assert not client.get(question_page(advice)).context["shown"].links

    def test_it_downloads_an_exhibit_under_a_neutral_name(self, version):
        advice = ask(version, 2)
        client = opened(advice, 2)
        assert bytes_of(client, advice) == {"Exhibit 2.mp4": CONTENT}
        of_cso = signed_in(version.handed_over_by).get(
            reverse("cases:given-list", args=[version.submission.reference])
        )
        assert "Exhibit 2" in words(of_cso)
        assert "To see what it is." in words(of_cso)
        history = words(signed_in(version.handed_over_by).get(question_page(advice)))
        assert "The file of an exhibit was opened for fifteen minutes." in history
        assert "What is written was opened for fifteen minutes." in history
        assert "To see what it is." not in history

    def test_an_exhibit_that_is_not_shown_does_not_open(self, version):
        submission = version.submission
        advice = ask(version)
        client = opened(advice)
        items = [submission.exhibits.get(number=2).reference]
        answer = client.post(open_page(advice), {"items": items, "reason": "x"})
        assert answer.status_code == 303
        assert not CustodyEvent.objects.filter(on__startswith="submissions.exhibit:").filter(
            type="custody.opening.opened"
        )
        self.vault_refuses(submission.exhibits.get(number=2))

    def vault_refuses(self, target, by=None):
        by = by or adviser()
        with pytest.raises(NotAllowed), transaction.atomic(), acting_as(by):
            vault.open(target, by=by, reason="x", files={"x": target.file})

    def test_graphic_content_is_chosen(self, db):
        version = handed_over(with_file(markers=["graphic"]))
        advice = ask(version, 2)
        client = opened(advice)
        item = version.submission.exhibits.get(number=2).reference
        sent = {"items": [item], "reason": "To see it."}
        assert client.post(open_page(advice), sent).status_code == 422
        assert client.post(open_page(advice), sent | {"chosen": [item]}).status_code == 303
        assert "turn the sound off" in words(client.get(question_page(advice)))

    def test_another_adviser_opens_it_for_themselves(self, version):
        advice = ask(version, 2)
        opened(advice, 2)
        other = another_adviser()
        assert "Example summary." not in words(signed_in(other).get(question_page(advice)))
        client = opened(advice, 2, user=other)
        assert bytes_of(client, advice) == {"Exhibit 2.mp4": CONTENT}

    def test_one_adviser_does_not_use_the_permit_of_another(self, version):
        advice = ask(version, 2)
        (link,) = opened(advice, 2).get(question_page(advice)).context["shown"].links
        assert signed_in(another_adviser()).get(path_of(link)).status_code == 404

    def test_nobody_else_opens_anything(self, version):
        advice = ask(version, 2)
        for user, status in (
            (coordinators()[0], 404),
            (another_documenter(), 404),
            (version.handed_over_by, 403),
            (version.submission.begun_by, 403),
        ):
            client = signed_in(user)
            for answer in (
                client.get(open_page(advice)),
                client.post(open_page(advice), {"reason": "x"}),
            ):
                assert answer.status_code == status
        self.vault_refuses(version.submission.exhibits.get(number=2), coordinators()[0])

    def test_in_blind_there_is_nothing_to_open(self, version):
        advice = asked(version, QUESTION)
        client = signed_in(adviser())
        assert client.get(open_page(advice)).status_code == 409
        assert client.post(open_page(advice), {"reason": "x"}).status_code == 409
        self.vault_refuses(version.submission.exhibits.get(number=2))


class TestItCloses:
    @pytest.fixture
    def advice(self, version):
        return ask(version, 2)

    @pytest.fixture
    def client(self, advice):
        """It has both open, and the link to the file."""
        client = opened(advice, 2)
        (self.link,) = client.get(question_page(advice)).context["shown"].links
        assert received_bytes(client.get(path_of(self.link))) == CONTENT
        return client

    def closed(self, client, advice):
        page = words(client.get(question_page(advice)))
        assert "Example summary." not in page
        assert "Download" not in page
        assert client.get(open_page(advice)).status_code == 409
        assert client.get(path_of(self.link)).status_code == 403

    def test_with_the_answer(self, client, advice):
        advised(advice, unit_of_an_authority())
        self.closed(client, advice)

    def test_when_its_time_is_over_even_before_the_sweep(self, client, advice, clock):
        clock.move(days=8)
        later = signed_in(adviser())
        assert Advice.objects.get(pk=advice.pk).status == "asked"
        assert later.get(open_page(advice)).status_code == 409
        assert "It cannot be opened now." in words(later.get(question_page(advice)))

    def test_when_it_is_withdrawn(self, client, advice, version):
        by = version.handed_over_by
        with acting(by):
            progress.withdraw(submission=version.submission, reason="Example.", by=by)
        self.closed(client, advice)

    def test_when_the_deployment_takes_it_back(self, client, advice, version, settings):
        settings.SECRETARIAT_VIEWS = ["blind", "cover"]
        self.closed(client, advice)
        page = words(client.get(question_page(advice)))
        assert version.sheet["situation"] not in page
        assert "It cannot be opened now." in page

    def test_after_fifteen_minutes_it_is_opened_again(self, client, advice, clock):
        clock.move(minutes=16)
        assert "Example summary." not in words(signed_in(adviser()).get(question_page(advice)))


def test_a_word_taken_back_closes_words_and_downloads_at_once(db):
    submission = with_file()
    person = somebody(submission, in_words=True, **GRANTED)
    advice = ask(handed_over(submission), 2)
    client = opened(advice, 2)
    (link,) = client.get(question_page(advice)).context["shown"].links
    by = submission.begun_by
    with acting(by):
        consents.withdraw(person=person, reason="Asked.", by=by)
    page = words(client.get(question_page(advice)))
    assert "Example summary." not in page
    assert submission.cover_sheet.situation not in page
    assert client.get(path_of(link)).status_code == 403


class TestCopies:
    @pytest.fixture(autouse=True)
    def scanner_finds_nothing(self, monkeypatch):
        """It has its own tests."""
        monkeypatch.setattr("custody.scanning.scan", lambda pieces, **_more: Verdict("clean"))

    @pytest.fixture
    def submission(self, own_database):
        found = with_file(recognisable="someone", identified_by=["face"])
        self.person = somebody(found, numbers=(2,), **GRANTED)
        return found

    @pytest.fixture
    def copy(self, submission, as_worker):
        return copied(submission, as_worker)

    def test_only_the_redacted_copy_is_shown(self, submission, copy):
        version = handed_over(submission)
        advice = ask(version, 2)
        assert advice.shown.get().copy == copy
        client = opened(advice, 2)
        assert bytes_of(client, advice) == {"Exhibit 2, redacted copy 1.jpg": COPY}
        exhibit = submission.exhibits.get(number=2)
        TestTheAdviser().vault_refuses(exhibit)
        of_cso = signed_in(version.handed_over_by).get(
            reverse("cases:given-list", args=[submission.reference])
        )
        assert "Exhibit 2, redacted copy 1" in words(of_cso)
        own = words(signed_in(version.handed_over_by).get(question_page(advice)))
        assert "As redacted copies: Exhibit 2" in own

    def test_a_copy_that_is_taken_back_closes(self, submission, copy):
        advice = ask(handed_over(submission), 2)
        client = opened(advice, 2)
        (link,) = client.get(question_page(advice)).context["shown"].links
        with acting(submission.begun_by):
            redactions.take_back(redaction=copy, reason="A mistake.", by=submission.begun_by)
        assert client.get(path_of(link)).status_code == 403
        assert not client.get(question_page(advice)).context["shown"].can_open_some

    def test_against_a_word_neither_copy_nor_original_is_shown(self, submission, copy):
        said(self.person, scopes={"C02": "granted"})
        version = handed_over(submission)
        with pytest.raises(NotAllowed, match="W-03: they did not agree"):
            ask(version, 2)
        advice, by = ask(version), version.handed_over_by
        exhibit = submission.exhibits.get(number=2)
        refused("not covered: not_to", advice, exhibit, by=by, copy=copy.pk)

    def test_only_a_confirmed_copy_of_this_exhibit_counts(self, submission, copy):
        with_file(submission)
        version = handed_over(submission)
        advice, by = ask(version), version.handed_over_by
        refused("was confirmed", advice, submission.exhibits.get(number=3), by=by, copy=copy.pk)
        with acting(submission.begun_by):
            redactions.take_back(redaction=copy, reason="A mistake.", by=submission.begun_by)
        refused("was confirmed", advice, submission.exhibits.get(number=2), by=by, copy=copy.pk)


class TestChoosing:
    @pytest.fixture
    def submission(self, db):
        found = with_file(with_file(), recognisable="someone", identified_by=["face"])
        self.person = somebody(found, numbers=(3,), **GRANTED)
        return found

    def test_the_approver_ticks_exhibits_while_asking(self, submission):
        version = handed_over(submission)
        form = reverse("cases:ask-advice", args=[submission.reference])
        client = signed_in(version.handed_over_by)
        page = client.get(form)
        assert [number for number, _label in page.context["form"].fields["shown"].choices] == ["2"]
        assert "Exhibit 3: someone can be recognised in it" in words(page)
        assert "Exhibit 1: its file is not in the portal" in words(page)
        sent = {"question": QUESTION, "view": "assist", "shown": ["2"]}
        assert client.post(form, sent | {"shown": ["3"]}).status_code == 422
        assert client.post(form, sent).status_code == 302
        page = words(client.get(question_page(Advice.objects.get())))
        assert "What you showed with it" in page
        assert "Exhibit 2" in page

    def test_ticks_count_only_where_what_is_written_is_shown(self, submission):
        version = handed_over(submission)
        form = reverse("cases:ask-advice", args=[submission.reference])
        sent = {"question": QUESTION, "view": "cover", "shown": ["2"]}
        signed_in(version.handed_over_by).post(form, sent)
        assert not AdviceExhibit.objects.exists()

    def test_where_the_deployment_does_not_allow_it_nothing_is_offered(self, submission, settings):
        settings.SECRETARIAT_VIEWS = ["blind", "cover"]
        version = handed_over(submission)
        form = reverse("cases:ask-advice", args=[submission.reference])
        client = signed_in(version.handed_over_by)
        page = words(client.get(form))
        assert "which exhibits as well" not in page
        assert "cannot be shown" not in page
        assert client.post(form, {"question": QUESTION, "view": "assist"}).status_code == 422

    def test_it_is_chosen_while_handing_over_and_said_before_it_is_done(self, submission):
        client = signed_in(approver(submission))
        page = reverse("cases:hand-over", args=[submission.reference])
        first = words(client.get(page))
        assert "which exhibits as well" in first
        assert "What cannot be shown to it, and why" in first
        chosen = {"route": "ask", "question": QUESTION, "view": "assist", "shown": ["2"]}
        check = client.post(page, chosen | {"to": "conditions"})
        assert "And these exhibits: Exhibit 2" in words(check)
        assert 'name="shown" value="2"' in check.content.decode()
        back = client.post(page, chosen | {"to": "recipients"}).content.decode()
        assert 'name="shown" value="2"' in back
        client.post(page, chosen | {"to": "done", "checked": "on", "number": "1"})
        advice = Advice.objects.get()
        assert (advice.view, advice.version.number) == ("assist", 1)
        assert [one.exhibit.number for one in advice.shown.all()] == [2]

    def test_somebodys_no_is_said_where_it_is_chosen(self, db):
        submission = with_file()
        somebody(submission, in_words=True, C02="granted")
        client = signed_in(approver(submission))
        page = reverse("cases:hand-over", args=[submission.reference])
        chosen = {"route": "ask", "question": QUESTION, "view": "assist"}
        for last in ({"to": "conditions"}, {"to": "done", "checked": "on", "number": "1"}):
            step = client.post(page, chosen | last)
            assert step.status_code == 422
            assert "The Secretariat may not be shown what is written. W-03:" in words(step)
            assert "Who gets it?" in words(step)
        version = handed_over(submission)
        form = reverse("cases:ask-advice", args=[submission.reference])
        answer = signed_in(version.handed_over_by).post(
            form, {"question": QUESTION, "view": "assist"}
        )
        assert answer.status_code == 422
        assert "may not be shown what is written" in words(answer)
        assert not Advice.objects.exists()
