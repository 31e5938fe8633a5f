"""Nothing is given against a person's word: by page, action, raw SQL, at once or too late (R4)."""

from datetime import date, timedelta
from threading import Thread

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import policies
from cases.actions import advising, narrowing, receiving, referrals, requests
from cases.models import Recall, Referral, ReferralItem
from cases.secretariat import sheet_shown
from custody import vault
from custody.models import Opening
from impna.db import acting_as
from impna.errors import NotAllowed, NotNow, Refused
from partners.actions import organisations
from submissions.actions import consents, links, persons, progress
from submissions.countries import CODES, EU
from submissions.coverage import Purpose, coverage
from submissions.links import LinkDetails
from submissions.models import Consent, Link, Person
from tests.factories.cases import adviser, assigned, contact, fresh, head, question, received
from tests.factories.partners import acting, coordinators, vet
from tests.factories.submissions import (
    approver,
    complete_draft,
    describe,
    handed_over,
    person_in,
    recognised,
    said,
    sealed_exhibit,
    unit_of_an_authority,
)
from tests.submissions.test_versions import covers


@pytest.fixture
def unit(db):
    return unit_of_an_authority()


@pytest.fixture
def submission(db):
    return complete_draft(recognisable="someone", identified_by=["face"])


@pytest.fixture
def person(submission):
    found = person_in(submission)
    recognised(submission, found, numbers=(1,))
    return found


def against(submission, unit, purpose=Purpose.REFERRAL, *, redacted=False, **more):
    there = list(submission.exhibits.present())
    originals, copies = ([], there) if redacted else (there, [])
    found = coverage(submission, unit, exhibits=originals, copies=copies, purpose=purpose, **more)
    return {one.missing for one in found.against}


def test_the_list_of_the_union_is_the_same_in_the_database(db, as_owner):
    with as_owner() as owner:
        owner.execute("SET ROLE impna_guard")
        there = {
            code
            for code in CODES
            if owner.execute("SELECT submissions_eu(%s)", [code]).fetchone()[0]
        }
    assert there == EU


def test_what_nobody_answered_is_never_covered(unit):
    assert against(complete_draft(recognisable="unanswered"), unit) == {"unanswered"}


def test_somebody_of_whom_nobody_says_who_is_never_covered(submission, unit):
    assert against(submission, unit) == {"nobody_named"}


def test_whoever_need_not_be_asked_is_covered(submission, unit):
    recognised(submission, basis="not_required", numbers=(1,))
    assert against(submission, unit) == set()


@pytest.mark.parametrize("basis", ["not_reachable", "deceased"])
def test_a_risk_decision_covers_once_it_is_signed(submission, unit, basis):
    link = recognised(submission, basis=basis, numbers=(1,))
    assert against(submission, unit) == {"unsigned"}
    with acting(approver(submission)):
        links.sign(link=link, by=approver(submission))
    assert against(submission, unit) == set()


@pytest.mark.parametrize(
    ("word", "missing"),
    [
        ({}, set()),
        ({"scopes": {"C01": "refused"}}, {"not_kept"}),
        ({"scopes": {"C06": "refused"}}, {"not_to"}),
        ({"scopes": {"C06": "refused"}, "to_states": ["NL"]}, set()),
        ({"scopes": {"C06": "refused"}, "to_states": ["FR"]}, {"not_to"}),
        ({"never_states": ["NL"]}, {"never_to"}),
        ({"never_states": ["FR"]}, set()),
        ({"scopes": {"C18": "refused"}}, {"not_image"}),
        ({"scopes": {"C18": "not_asked"}}, {"not_image"}),
        ({"scopes": {"C13": "granted"}}, {"identity_withheld"}),
        ({"not_exhibits": [1]}, {"not_this"}),
        ({"not_exhibits": [2]}, set()),
    ],
)
def test_each_answer_of_a_person_is_kept(submission, person, unit, word, missing):
    said(person, **word)
    assert against(submission, unit) == missing


def test_a_named_body_and_a_body_never_to(submission, person, unit):
    partner = unit.partner.reference
    said(person, scopes={"C06": "refused"}, to_bodies=[partner])
    assert against(submission, unit) == set()
    said(person, never_bodies=[partner])
    assert against(submission, unit) == {"never_to"}


def test_a_state_whose_law_has_the_death_penalty_needs_a_word_of_its_own(submission, person, unit):
    said(person)
    assert against(submission, unit) == set()
    assessed_anew(unit, "not_applied")
    assert against(submission, unit) == {"never_to"}
    said(person, never_death_penalty=False)
    assert against(submission, unit) == set()


def test_medical_details_have_a_permission_of_their_own(unit):
    submission = complete_draft(
        recognisable="someone", identified_by=["name_written"], evidence_type="medical_report"
    )
    person = person_in(submission)
    recognised(submission, person, numbers=(1,))
    said(person, scopes={"C19": "not_asked"})
    assert against(submission, unit) == {"not_medical"}


def test_a_redacted_copy_shows_nobody_and_still_needs_the_recipient(submission, person, unit):
    said(person, scopes={"C13": "granted", "C18": "refused"})
    assert against(submission, unit, redacted=True) == set()
    said(person, scopes={"C06": "refused"})
    assert against(submission, unit, redacted=True) == {"not_to"}


def test_use_in_court_is_what_the_person_chose(submission, person, unit):
    said(person, scopes={"C12": "refused", "C14": "granted"})
    assert against(submission, unit) == set()
    assert against(submission, unit, Purpose.EVIDENCE) == {"lead_only"}


@pytest.mark.parametrize(("purpose", "code"), [(Purpose.COVER, "C02"), (Purpose.ASSIST, "C03")])
def test_the_secretariat_sees_what_the_person_agreed_to(submission, person, purpose, code):
    said(person)
    assert against(submission, None, purpose) == {"not_to"}
    said(person, scopes={code: "granted"})
    assert against(submission, None, purpose) == set()


def test_a_referral_to_no_known_unit_is_never_covered(submission, person):
    said(person)
    assert against(submission, None) == {"never_to"}


def test_of_several_people_the_narrowest_word_counts(submission, person, unit):
    other = person_in(submission, "W-04")
    recognised(submission, other, numbers=(1,))
    said(person)
    said(other, scopes={"C06": "refused"})
    found = coverage(submission, unit, exhibits=submission.exhibits.present())
    assert [str(one.link) for one in found.against] == ["W-04"]
    assert "W-04: they did not agree that it goes to this recipient (exhibits 1)" in str(
        found.against[0].words
    )


def test_in_two_submissions_each_word_counts_in_its_own(unit):
    yes, no = (
        complete_draft(title=title, recognisable="someone", identified_by=["face"])
        for title in ("Example one", "Example two")
    )
    for submission, answer in ((yes, "granted"), (no, "refused")):
        person = person_in(submission)
        recognised(submission, person, numbers=(1,))
        said(person, scopes={"C06": answer})
    assert (against(yes, unit), against(no, unit)) == (set(), {"not_to"})


def test_a_day_is_over_where_it_ends_first(submission, person, unit):
    now = timezone.now()
    first_over = (now + timedelta(hours=14)).date() - timedelta(days=1)
    said(person, asked_on=first_over, expires_on=first_over)
    assert against(submission, unit) == {"over"}
    said(person, expires_on=first_over + timedelta(days=1))
    assert against(submission, unit) == set()


def test_a_clock_set_back_revives_nothing(submission, person, unit, clock):
    said(person, expires_on=timezone.localdate())
    clock.move(days=3)
    said(person_in(submission, "W-09"))
    assert against(submission, unit) == {"over"}
    clock.move(days=-3)
    assert against(submission, unit) == {"over"}


def test_the_word_of_a_guardian_ends_when_the_child_is_of_age(submission, person, unit):
    tomorrow = timezone.localdate() + timedelta(days=3)
    said(person, capacity="child", of_age_on=tomorrow)
    assert against(submission, unit) == set()
    said(person, capacity="child", of_age_on=timezone.localdate() - timedelta(days=1))
    assert against(submission, unit) == {"of_age"}


def test_a_referral_that_is_not_covered_names_what_of_whom_is_missing(submission, person, unit):
    said(person, scopes={"C06": "refused"})
    by = approver(submission)
    with pytest.raises(NotAllowed) as refused, acting(by):
        referrals.hand_over(
            submission=submission, recipients=[referrals.Recipient(unit=unit)], by=by
        )
    assert "W-03: they did not agree" in str(refused.value)
    assert not Referral.objects.exists()


def test_raw_sql_gives_nothing_that_is_not_covered(submission, person, unit):
    said(person, scopes={"C06": "refused"})
    version = handed_over(submission)
    exhibit = submission.exhibits.get()
    by = version.handed_over_by
    assert covers(version, exhibit, unit) == "not_to"
    recipient = referrals.Recipient(unit=unit, exhibits=[])
    with acting(by):
        referrals.refer(version=version, recipient=recipient, by=by)
    referral = Referral.objects.get()
    with pytest.raises(DatabaseError, match="not_to"), transaction.atomic():
        ReferralItem.objects.create(
            referral=referral,
            version=version,
            exhibit=exhibit,
            given_by=by,
            given_at=timezone.now(),
        )


def test_the_workers_role_gives_nothing_and_writes_no_word(own_database, as_worker):
    with as_worker():
        for table in ("submissions_consent", "submissions_link", "cases_referralitem"):
            with (
                pytest.raises(DatabaseError, match="permission denied"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(f"INSERT INTO {table} DEFAULT VALUES")


def test_an_answer_to_a_request_gives_nothing_that_is_not_covered(submission, person, unit):
    said(person, scopes={"C06": "refused"})
    handed_over(submission)
    by = approver(submission)
    with acting(by):
        referrals.refer(
            version=submission.versions.get(),
            recipient=referrals.Recipient(unit=unit, exhibits=[]),
            by=by,
        )
    referral = fresh(Referral.objects.get())
    with acting(contact()):
        receiving.acknowledge(referral=referral, by=contact())
    asked = question(referral)
    with pytest.raises(NotAllowed, match="W-03"), acting(by):
        requests.answer(request=asked, text="Here.", exhibits=[submission.exhibits.get()], by=by)


class TestNarrowing:
    """Somebody's word covers less than before, after it was given."""

    @pytest.fixture
    def referral(self, submission, person):
        said(person)
        return received(submission=submission)

    def test_what_is_taken_back_closes_at_once_and_is_asked_back(self, referral, person):
        reader = assigned(referral)
        item = referral.items.get()
        assert policies.may_open(reader, item)
        with acting(person.submission.begun_by):
            consents.withdraw(person=person, reason="Asked.", by=person.submission.begun_by)
        item.refresh_from_db()
        assert item.ended_at is not None
        recall = Recall.objects.get()
        assert (recall.number, recall.disposal) == (1, "")
        assert not policies.may_open(reader, item)
        assert referral.status == fresh(referral).status

    def test_less_for_another_recipient_takes_nothing_from_this_one(self, referral, person):
        said(person, never_states=["FR"])
        assert referral.items.live().count() == 1
        assert not Recall.objects.exists()

    def test_somebody_found_out_late_takes_it_back(self, referral, submission):
        with acting(submission.begun_by):
            links.add(
                submission=submission,
                person=None,
                people=(1, 1),
                basis="not_reachable",
                details=LinkDetails(reason="Late."),
                in_words=False,
                numbers=[1],
                by=submission.begun_by,
            )
        assert Recall.objects.count() == 1

    def test_the_whole_referral_is_recalled_when_its_words_are_not_covered(self, unit):
        submission = complete_draft()
        person = person_in(submission)
        submission.cover_sheet.recognisable = "someone"
        submission.cover_sheet.save(update_fields=["recognisable"])
        recognised(submission, person, in_words=True)
        said(person)
        referral = received(submission=submission)
        with acting(submission.begun_by):
            consents.withdraw(person=person, reason="Asked.", by=submission.begun_by)
        assert fresh(referral).status == "recalled"

    def test_a_recipient_answers_each_recall_once(self, referral, person):
        said(person, scopes={"C06": "refused"})
        recall = Recall.objects.get()
        by = head()
        with acting(by):
            with pytest.raises(NotAllowed, match="Say under which law"):
                narrowing.answer(recall=recall, disposal="in_file", text=" ", by=by)
            with pytest.raises(NotAllowed, match="list"):
                narrowing.answer(recall=recall, disposal="sold", text="", by=by)
            narrowing.answer(recall=recall, disposal="in_file", text="Article 1.", by=by)
            with pytest.raises(NotNow, match="already"):
                narrowing.answer(recall=recall, disposal="destroyed", text="", by=by)
        recall.refresh_from_db()
        assert recall.disposal == "in_file"
        assert narrowing.read_words(recall) == "Article 1."

    def test_only_who_decides_answers_a_recall(self, referral, person):
        works = assigned(referral)
        said(person, scopes={"C06": "refused"})
        with pytest.raises(NotAllowed), acting(works):
            narrowing.answer(recall=Recall.objects.get(), disposal="destroyed", text="", by=works)

    def test_a_word_that_is_over_closes_without_any_event(self, submission, person, clock):
        said(person, expires_on=timezone.localdate() + timedelta(days=3))
        referral = received(submission=submission)
        reader, item = assigned(referral), referral.items.get()
        assert policies.may_open(reader, item)
        clock.move(days=10)
        with acting(reader):
            receiving.open_words(referral=referral, by=reader)
        assert not policies.may_open(reader, item)
        assert referral.items.live().exists()


def test_withdrawn_while_somebody_downloads_the_stream_ends(own_database, as_worker):
    submission = complete_draft()
    content = b"x" * (vault.RECHECK_EVERY * 2)
    exhibit = sealed_exhibit(as_worker, submission, content)
    with acting(submission.begun_by):
        describe(exhibit, submission.begun_by, recognisable="someone", identified_by=["face"])
    person = person_in(submission)
    recognised(submission, person, numbers=(exhibit.number,))
    said(person)
    referral = received(submission=submission)
    reader = assigned(referral)
    exhibit.refresh_from_db()
    with acting(reader):
        named = {"Exhibit 2": exhibit.file}
        opening = vault.open(exhibit, by=reader, reason="Reading.", files=named)
    with vault.Reading(opening, exhibit.file, exhibit, reader) as reading:
        pieces = reading.read()
        next(pieces)
        with acting(submission.begun_by):
            consents.withdraw(person=person, reason="Asked.", by=submission.begun_by)
        with pytest.raises(Refused):
            list(pieces)
    sent = Opening.objects.get(pk=opening.pk).bytes_sent
    assert vault.RECHECK_EVERY <= sent < len(content)


@pytest.mark.parametrize("first", ["refer", "withdraw"])
def test_given_and_taken_back_at_once_nothing_uncovered_stays(own_database, first):
    submission = complete_draft(recognisable="someone", identified_by=["face"])
    person = person_in(submission)
    recognised(submission, person, numbers=(1,))
    said(person)
    version, unit = handed_over(submission), unit_of_an_authority()
    gives, takes = version.handed_over_by, submission.begun_by
    outcomes = []

    def attempt(what):
        try:
            if what == "refer":
                with transaction.atomic(), acting_as(gives):
                    referrals.refer(
                        version=version, recipient=referrals.Recipient(unit=unit), by=gives
                    )
            else:
                with transaction.atomic(), acting_as(takes):
                    consents.withdraw(person=person, reason="Asked.", by=takes)
            outcomes.append(what)
        except Refused:
            outcomes.append(f"{what} refused")
        finally:
            connections.close_all()

    order = ["refer", "withdraw"] if first == "refer" else ["withdraw", "refer"]
    threads = [Thread(target=attempt, args=[what]) for what in order]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "withdraw" in outcomes
    assert not ReferralItem.objects.live().filter(exhibit__submission=submission).exists()
    given_first = outcomes[0] == "refer"
    assert Recall.objects.exists() == (given_first and "refer" in outcomes)


# The rule once more, said plainly and without looking at the first: answers to a tuple of facts.

ANSWER = st.sampled_from(["granted", "refused", "not_asked", "expired", "withdrawn"])
WORD = st.fixed_dictionaries(
    {
        "said": st.dictionaries(
            st.sampled_from(["C01", "C02", "C03", "C06", "C12", "C13", "C14", "C18", "C19"]), ANSWER
        ),
        "to_states": st.lists(st.sampled_from(["NL", "FR", "CH"]), unique=True),
        "never_states": st.lists(st.sampled_from(["NL", "FR"]), unique=True),
        "named": st.booleans(),
        "never_named": st.booleans(),
        "not_exhibits": st.lists(st.sampled_from([1, 2]), unique=True),
        "expires_in": st.sampled_from([None, -30, -2, 2, 30]),
        "of_age_in": st.sampled_from([None, -30, -2, 2, 30]),
        "taken_back": st.booleans(),
        "never_deadly": st.booleans(),
    }
)
THING = st.fixed_dictionaries(
    {
        "recognisable": st.sampled_from(["nobody", "someone", "unanswered"]),
        "identified_by": st.lists(
            st.sampled_from(["face", "voice", "name_written", "place"]), unique=True
        ),
        "evidence_type": st.sampled_from(["video", "medical_report"]),
    }
)
BASIS = st.sampled_from(["asked", "not_required", "not_reachable", "deceased"])


def all_agree(thing, people, *, deadly, purpose):
    """What DESIGN R4 says, read aloud: person by person, and no by default."""
    if thing["recognisable"] == "unanswered":
        return False
    if thing["recognisable"] == "someone" and not people:
        return False
    return all(
        basis == "not_required"
        or (basis == "asked" and agrees(word, thing, deadly=deadly, purpose=purpose))
        for basis, word in people
    )


def agrees(word, thing, *, deadly, purpose):
    state = "NL"
    if word is None or word["taken_back"]:
        return False
    for days in (word["expires_in"], word["of_age_in"]):
        if days is not None and days < 0:
            return False
    yes = {code for code, answer in word["said"].items() if answer == "granted"}
    if "C01" not in yes or 1 in word["not_exhibits"]:
        return False
    if purpose in ("cover", "assist"):
        return {"cover": "C02", "assist": "C03"}[purpose] in yes
    if word["never_named"] or state in word["never_states"]:
        return False
    if deadly and word["never_deadly"]:
        return False
    if not (word["named"] or state in word["to_states"] or (state in EU and "C06" in yes)):
        return False
    if purpose == "evidence" and ("C12" not in yes or "C14" in yes):
        return False
    marks = set(thing["identified_by"])
    if "C13" in yes and marks - {"place"}:
        return False
    if marks & {"face", "voice"} and "C18" not in yes:
        return False
    return thing["evidence_type"] != "medical_report" or "C19" in yes


@pytest.fixture
def units(db):
    """Without and with the death penalty in its law."""
    deadly = unit_of_an_authority(name="Example State 9")
    assessed_anew(deadly, "not_applied")
    return {False: unit_of_an_authority(), True: deadly}


@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    thing=THING,
    people=st.lists(st.tuples(BASIS, st.none() | WORD), max_size=3),
    purpose=st.sampled_from(list(Purpose)),
    deadly=st.booleans(),
)
def test_the_rule_is_what_it_says(submission, units, thing, people, purpose, deadly):
    unit = units[deadly]
    with transaction.atomic():
        submission.exhibits.update(**thing)
        for number, (basis, word) in enumerate(people):
            somebody(submission, number, basis, word, unit)
        found = coverage(
            submission, unit, exhibits=submission.exhibits.all(), words=False, purpose=purpose
        )
        expected = all_agree(thing, people, deadly=deadly, purpose=purpose)
        assert (not found.against) == expected
        transaction.set_rollback(True)


def somebody(submission, number, basis, word, unit):
    """Rows as they would stand; the actions have tests of their own."""
    now, today = timezone.now(), timezone.localdate()
    person = Person.objects.create(
        submission=submission, code=f"W-{number + 1}", added_by=submission.begun_by, added_at=now
    )
    link = Link.objects.create(
        submission=submission,
        number=number + 1,
        person=person,
        basis=basis,
        added_by=submission.begun_by,
        added_at=now,
    )
    link.linked.create(exhibit=submission.exhibits.get())
    if word is None:
        return
    body = [unit.partner.reference]
    day = {
        name: word[name] and today + timedelta(days=word[name])
        for name in ("expires_in", "of_age_in")
    }
    consent = Consent.objects.create(
        person=person,
        number=1,
        asked_on=date(2020, 1, 1),
        mode="audio",
        capacity="adult",
        said=word["said"],
        to_states=word["to_states"],
        never_states=word["never_states"],
        to_bodies=body if word["named"] else [],
        never_bodies=body if word["never_named"] else [],
        never_death_penalty=word["never_deadly"],
        not_exhibits=word["not_exhibits"],
        expires_on=day["expires_in"],
        of_age_on=day["of_age_in"],
        recorded_by=submission.begun_by,
        recorded_at=now,
    )
    if word["taken_back"]:
        consent.withdrawn_at, consent.withdrawn_by = now, submission.begun_by
        consent.save(update_fields=["withdrawn_at", "withdrawn_by"])


def assessed_anew(unit, death_penalty):
    """Two coordinators find out about the law of the unit's State."""
    first, second = coordinators()
    vetting = vet(unit.partner, by=first, death_penalty=death_penalty)
    with acting(second):
        organisations.confirm_vetting(vetting=vetting, by=second, reason="Known.")


class TestFoundOutInASupplement:
    """What a supplement's draft says of what was given counts at once."""

    @pytest.fixture
    def referral(self, submission, person):
        said(person)
        found = received(submission=submission)
        by = submission.begun_by
        with acting(by):
            progress.begin_supplement(submission=found.submission, by=by)
        return found

    def test_somebody_taken_out_takes_back_what_they_agreed_to(self, referral, person):
        by = person.submission.begun_by
        with acting(by):
            persons.remove(person=person, by=by, reason="A mistake.")
        assert not referral.items.live().exists()
        assert Recall.objects.count() == 1

    def test_an_exhibit_that_is_unanswered_again_is_taken_back(self, referral, submission):
        exhibit, by = submission.exhibits.get(), submission.begun_by
        with acting(by):
            describe(exhibit, by, recognisable="unanswered")
        assert not referral.items.live().exists()


def test_the_secretariat_is_shown_no_cover_sheet_against_a_word(db, settings):
    settings.SECRETARIAT_VIEWS = ("blind", "cover")
    submission = complete_draft()
    submission.cover_sheet.recognisable = "someone"
    submission.cover_sheet.save(update_fields=["recognisable"])
    person = person_in(submission)
    recognised(submission, person, in_words=True)
    said(person)
    version, by = handed_over(submission), approver(submission)
    with pytest.raises(NotAllowed, match="may not be shown"), acting(by):
        advising.ask(version=version, question="Who?", view="cover", by=by)
    said(person, scopes={"C02": "granted"})
    with acting(by):
        advice = advising.ask(version=version, question="Who?", view="cover", by=by)
    assert sheet_shown(advice, adviser()) is not None
    said(person)
    assert sheet_shown(advice, adviser()) is None
