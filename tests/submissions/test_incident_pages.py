"""Incidents and the cover sheet over HTTP: six steps, sealed words, nothing lost, nothing chosen."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from custody.models import CustodyEvent, Opening
from impna.db import acting_as
from partners import roles
from submissions.actions import cover_sheets, incidents
from submissions.actions.incidents import Qualification, When, Where
from submissions.models import CoverSheet, Incident, Submission
from submissions.states import Status
from tests.factories.partners import member, signed_in
from tests.factories.submissions import another_documenter, complete_draft, draft
from tests.partners.browser import words

# Saying who acts and where a transaction begins reads no table.
NO_TABLE = ("SAVEPOINT", "RELEASE", "SELECT set_config")
HOSTILE = '<script>alert("x")</script>\u202egpj'
TOLD = {
    "heading": "The market burned",
    "what": "At noon two shells hit the market.",
    "known_by": "W-03 saw it.",
}
STEPS = (
    "what/",
    "when/",
    "when/day/",
    "when/month/",
    "when/year/",
    "when/between/",
    "where/",
    "conduct/",
    "conduct/more/",
    "context/",
    "law/",
    "against/",
    "groups/add/",
    "information/add/",
    "take-out/",
)


@pytest.fixture
def submission(db):
    return draft()


@pytest.fixture
def client(submission):
    return signed_in(submission.begun_by)


@pytest.fixture
def address(submission):
    return f"{submission.get_absolute_url()}incidents/"


@pytest.fixture
def incident(submission):
    return told(submission)


@pytest.fixture
def here(address, incident):
    return reverse(
        "submissions:incident-detail", args=[incident.submission.reference, incident.reference]
    )


def act(action, *, by, **kwargs):
    with transaction.atomic(), acting_as(by):
        return action(by=by, **kwargs)


def told(submission, **answers) -> Incident:
    by = submission.begun_by
    found = act(incidents.add, submission=submission, by=by)
    return act(
        incidents.tell, incident=found, answers=TOLD | {"against": "nothing"} | answers, by=by
    )


def handed_over(submission) -> None:
    Submission.objects.filter(pk=submission.pk).update(status=Status.HANDED_OVER, versions_made=1)


def fresh(incident: Incident) -> Incident:
    return Incident.objects.select_related("submission__compartment").get(pk=incident.pk)


def asked(client, address) -> int:
    """How many statements a page takes that read or write a table."""
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return sum(not q["sql"].startswith(NO_TABLE) for q in queries)


def test_a_documenter_tells_an_incident_in_six_steps(client, submission, address):
    page = client.get(f"{address}add/")
    assert "codes like W-03" in words(page)
    assert not Incident.objects.exists()
    answer = client.post(f"{address}add/", TOLD | {"how": "", "result": ""})
    found = Incident.objects.get()
    here = reverse("submissions:incident-detail", args=[submission.reference, found.reference])
    assert answer["Location"] == f"{here}when/"
    answer = client.post(f"{here}when/", {"precision": "between"})
    assert answer["Location"] == f"{here}when/between/"
    answer = client.post(answer["Location"], {"begin": "2024-03-01", "end": "2024-03-04"})
    assert answer["Location"] == f"{here}where/"
    where = {"precision": "district", "country": "cf", "area": "North", "place": "Old bridge"}
    answer = client.post(f"{here}where/", where)
    assert answer["Location"] == f"{here}conduct/"
    answer = client.post(f"{here}conduct/", {"conducts": ["killing", "attack_on_civilians"]})
    assert answer["Location"] == f"{here}conduct/more/"
    answer = client.post(f"{here}conduct/more/", {})
    assert answer["Location"] == f"{here}context/"
    context = {"conflict": "NIAC", "attack": "unknown", "group": "no"}
    answer = client.post(f"{here}context/", context)
    assert answer["Location"] == f"{here}law/"
    answer = client.post(f"{here}law/", {"suggested": ["RS-8-2-e-i"], "others": ["terrorism"]})
    assert answer["Location"] == f"{here}against/"
    answer = client.post(f"{here}against/", {"against": "nothing"})
    assert answer["Location"] == here
    found = fresh(found)
    assert (found.happened_from, found.happened_to) == (date(2024, 3, 1), date(2024, 3, 4))
    assert (found.country, found.area) == ("CF", "North")
    assert found.conducts == ["killing", "attack_on_civilians"]
    assert (found.conflict, found.attack, found.group) == ("NIAC", "unknown", "no")
    assert found.offences == ["RS-8-2-e-i", "terrorism"]
    assert incidents.read_account(found) == TOLD | {"place": "Old bridge", "against": "nothing"}
    assert found.missing == []
    page = words(client.get(here))
    for said in (
        "At noon two shells",
        "Old bridge",
        "article 8(2)(e)(i)",
        "Between",
        "W-03 saw it",
    ):
        assert said in page
    assert "Still missing" not in page
    assert "Complete" in words(client.get(address))


def test_every_step_goes_back_to_the_list_when_asked(client, address, incident, here):
    listed = f"{address}#incident-{incident.number}"
    for step, typed in (
        ("what/", TOLD),
        ("when/", {"precision": "unknown"}),
        ("when/year/", {"year": "2023"}),
        ("where/", {"precision": "withheld"}),
        ("conduct/", {}),
        ("conduct/more/", {}),
        ("context/", {"conflict": "none", "attack": "no", "group": "no"}),
        ("law/", {"not_sure": "on"}),
        ("against/", {"against": "something", "weakens": "It was dark."}),
    ):
        answer = client.post(f"{here}{step}", typed | {"then": "list"})
        assert answer["Location"] == listed, step
    assert fresh(incident).not_sure


def test_a_new_incident_needs_a_heading_and_keeps_what_was_typed(client, address):
    page = client.post(f"{address}add/", TOLD | {"heading": " "})
    assert page.status_code == 422
    assert "Give it a short heading." in words(page)
    assert TOLD["what"] in words(page)
    assert not Incident.objects.exists()


TOMORROW = (timezone.localdate() + timedelta(days=1)).isoformat()


@pytest.mark.parametrize(
    ("step", "typed", "field", "sentence"),
    [
        ("when/", {}, "precision", "Choose how exactly the time is known"),
        ("when/day/", {}, "begin", "Type the day on which it happened"),
        ("when/exact/", {"begin": "last week"}, "begin", "Type a date as year, month and day"),
        ("when/day/", {"begin": TOMORROW}, "begin", "This day is in the future."),
        (
            "when/between/",
            {"begin": "2024-03-04", "end": "2024-03-01"},
            "end",
            "“Until when” is before “from when”.",
        ),
        ("when/between/", {"begin": "2024-03-04"}, "end", "Type the last day that is possible."),
        ("when/month/", {"year": "2024"}, "month", "Choose the month."),
        ("when/month/", {"year": "2999", "month": "1"}, "year", "This year is in the future."),
        ("when/year/", {"year": "24"}, "year", "Type the year with four digits"),
        ("when/year/", {"year": "²⁰²⁴"}, "year", "Type the year with four digits"),
        ("where/", {"country": "Chad"}, "country", "Type the State’s two letters"),
        ("where/", {"precision": "country", "country": "ZZ"}, "country", "“ZZ” names no State"),
        ("where/", {"precision": "country", "country": "UK"}, "country", "“UK” names no State"),
        ("where/", {}, "precision", "Choose how exactly the place is known"),
        ("conduct/", {"conducts": ["bad"]}, "conducts", "valid choice"),
        ("conduct/more/", {"setting": "home"}, "setting", "Choose above what was done there"),
        ("context/", {"conflict": "IAC"}, "attack", "Answer this, or choose “Not sure”."),
        ("law/", {"others": ["RS-99"]}, "others", "valid choice"),
        ("take-out/", {}, "reason", "required"),
    ],
)
def test_a_mistake_is_a_sentence_at_its_field_and_changes_nothing(
    client, incident, here, step, typed, field, sentence
):
    before = Incident.objects.filter(pk=incident.pk).values().get()
    page = client.post(f"{here}{step}", typed)
    assert page.status_code == 422
    assert sentence in str(page.context["form"].errors[field].data[0].messages[0])
    assert sentence in words(page)
    for value in typed.values():
        assert not isinstance(value, str) or f'value="{value}"' in words(page)
    assert Incident.objects.filter(pk=incident.pk).values().get() == before


def test_what_was_typed_of_the_place_stays_after_a_mistake(client, here):
    page = client.post(f"{here}where/", {"country": "Chad", "place": "Behind the old mill"})
    assert page.status_code == 422
    assert "Behind the old mill" in words(page)


def test_a_month_and_a_year_stand_as_their_days_until_today(client, submission, incident, here):
    client.post(f"{here}when/month/", {"month": "2", "year": "2024"})
    found = fresh(incident)
    assert (found.happened_from, found.happened_to) == (date(2024, 2, 1), date(2024, 2, 29))
    assert "February 2024" in words(client.get(here))
    today = timezone.localdate()
    client.post(f"{here}when/year/", {"year": str(today.year)})
    found = fresh(incident)
    assert (found.happened_from, found.happened_to) == (date(today.year, 1, 1), today)
    assert CoverSheet.objects.get(submission=submission).period_to == today


def test_a_later_precision_does_not_show_days_that_nobody_said(client, here):
    client.post(f"{here}when/year/", {"year": "2023"})
    assert "2023-01-01" not in words(client.get(f"{here}when/day/"))
    client.post(f"{here}when/day/", {"begin": "2023-05-06"})
    assert 'value="2023-05-06"' in words(client.get(f"{here}when/between/"))


def test_an_unknown_time_takes_the_dates_away_and_leaves_the_place(client, incident, here):
    client.post(f"{here}where/", {"precision": "country", "country": "TD"})
    client.post(f"{here}when/day/", {"begin": "2023-05-06"})
    client.post(f"{here}when/", {"precision": "unknown"})
    found = fresh(incident)
    assert (found.date_precision, found.happened_from) == ("unknown", None)
    assert (found.place_precision, found.country) == ("country", "TD")


def test_there_are_no_dates_for_a_precision_that_needs_none(client, here):
    for precision in ("unknown", "sometime"):
        assert client.get(f"{here}when/{precision}/").status_code == 404


def test_the_second_page_of_conduct_comes_whatever_was_ticked(client, incident, here):
    answer = client.post(f"{here}conduct/", {})
    page = client.get(answer["Location"])
    assert "Sexual acts under force" in words(page)
    assert "checked" not in words(page)
    client.post(f"{here}conduct/more/", {"conducts": ["forced_marriage"]})
    client.post(f"{here}conduct/", {"conducts": ["looting"]})
    assert fresh(incident).conducts == ["looting", "forced_marriage"]
    client.post(f"{here}conduct/more/", {})
    assert fresh(incident).conducts == ["looting"]


def test_offences_are_suggested_and_none_is_chosen(client, submission, incident, here):
    answers = Qualification(conducts=["looting"], conflict="IAC", attack="no", group="no")
    act(incidents.qualify, incident=incident, answers=answers, by=submission.begun_by)
    page = client.get(f"{here}law/")
    form = page.context["form"]
    suggested = {code for _family, rows in form.fields["suggested"].choices for code, _l in rows}
    others = {code for _family, rows in form.fields["others"].choices for code, _l in rows}
    assert "RS-8-2-b-xvi" in suggested
    assert "RS-6-a" in others
    assert suggested.isdisjoint(others)
    assert "Pillage" in words(page) and "article 8(2)(b)(xvi)" in words(page)
    assert "checked" not in words(page)
    assert '<details class="p-details"><summary>Offences that were not' in words(page)


def test_what_was_chosen_before_is_still_chosen_where_it_now_stands(client, incident, here):
    client.post(f"{here}law/", {"others": ["RS-6-a"]})
    page = words(client.get(f"{here}law/"))
    assert page.count("checked") == 1
    assert '<details class="p-details" open>' in page


def test_a_tick_is_kept_when_the_suggestions_changed_meanwhile(client, incident, here):
    client.get(f"{here}law/")
    client.post(f"{here}law/", {"suggested": ["RS-6-a"]})
    assert fresh(incident).offences == ["RS-6-a"]


def test_what_is_asked_for_before_hand_over_is_not_called_optional(client, submission, address):
    page = words(client.get(f"{address}add/"))
    assert page.count("(optional)") == 2
    assert page.count(" required") == 1
    assert "(optional)" not in words(client.get(f"{submission.get_absolute_url()}cover-sheet/"))


def test_the_law_page_without_conduct_says_why_nothing_is_suggested(client, here):
    page = words(client.get(f"{here}law/"))
    assert "Nothing is suggested" in page
    assert "Choose what was done" in page


def test_a_reader_reads_and_changes_nothing(submission, address, incident, here):
    client = signed_in(member(submission.partner, roles.Reader.code))
    page = words(client.get(address))
    assert TOLD["heading"] in page
    assert "Add an incident" not in page
    page = words(client.get(here))
    assert TOLD["what"] in page
    assert "take-out" not in page and "Change" not in page
    for step in (f"{address}add/", *(f"{here}{step}" for step in STEPS)):
        for answer in (client.get(step), client.post(step, {})):
            assert answer.status_code == 403, step
            assert "Only a documenter" in words(answer)


def test_for_another_cso_nothing_of_it_exists(submission, address, incident, here):
    client = signed_in(another_documenter())
    own = draft(another_documenter())
    elsewhere = f"{own.get_absolute_url()}incidents/{incident.reference}/"
    cover = f"{submission.get_absolute_url()}cover-sheet/"
    for page in (address, f"{address}add/", here, elsewhere, f"{elsewhere}what/", cover):
        assert client.get(page).status_code == 404
        assert client.post(page, TOLD).status_code in (404, 405)
    for step in STEPS:
        assert client.post(f"{here}{step}", {}).status_code == 404
    assert not Opening.objects.filter(by=another_documenter().reference).exists()


def test_an_incident_is_taken_out_with_a_reason_and_is_gone(client, address, incident, here):
    answer = client.post(f"{here}take-out/", {"reason": "Entered twice."})
    assert answer["Location"] == address
    assert "Incident 1 is taken out." in words(client.get(address))
    assert fresh(incident).account is None
    for step in ("", *STEPS):
        assert client.get(f"{here}{step}").status_code == 404
    assert client.post(f"{here}what/", TOLD).status_code == 404


def test_after_hand_over_it_is_read_and_not_changed(client, submission, address, incident, here):
    handed_over(submission)
    assert client.get(address).status_code == 200
    assert client.get(here).status_code == 200
    for step in (f"{address}add/", *(f"{here}{step}" for step in STEPS)):
        assert client.get(step).status_code == 409, step
        assert client.post(step, TOLD).status_code == 409, step
    cover = f"{submission.get_absolute_url()}cover-sheet/"
    assert client.get(cover).status_code == 200
    assert client.post(cover, {"situation": "x"}).status_code == 409


def test_sealed_words_are_read_under_one_opening_a_person(client, submission, address, here):
    assert not Opening.objects.exists()
    for page in (address, here, f"{here}what/", f"{here}where/"):
        assert TOLD["heading"] in words(client.get(page))
    client.get(f"{submission.get_absolute_url()}cover-sheet/")
    assert Opening.objects.count() == 1
    reader = signed_in(member(submission.partner, roles.Reader.code))
    reader.get(address)
    assert Opening.objects.count() == 2


def test_what_is_sealed_stands_in_no_clear_column_and_no_event(client, submission, address):
    secret = "Behind-the-old-mill"
    told_secret = dict.fromkeys((*TOLD, "how", "result"), secret)
    client.post(f"{address}add/", told_secret)
    found = Incident.objects.get()
    place = {"precision": "point", "country": "CF", "place": secret, "position": secret}
    client.post(f"{address}{found.reference}/where/", place)
    sheet = {"situation": "North", "summary": secret, "working_language": "en"}
    client.post(f"{submission.get_absolute_url()}cover-sheet/", sheet)
    rows = [
        *Incident.objects.values().all(),
        *CoverSheet.objects.values().all(),
        *CustodyEvent.objects.values().all(),
    ]
    assert not any(secret in str(value) for row in rows for value in row.values())
    sealed = [bytes(Incident.objects.get().account), bytes(CoverSheet.objects.get().summary)]
    assert not any(secret.encode() in text for text in sealed)


def test_hostile_words_are_shown_and_do_nothing(client, submission, address):
    found = told(submission, **dict.fromkeys(TOLD, HOSTILE))
    here = f"{address}{found.reference}/"
    place = {"precision": "district", "area": HOSTILE, "place": HOSTILE, "position": HOSTILE}
    client.post(f"{here}where/", place)
    sheet = {
        "situation": HOSTILE,
        "summary": HOSTILE,
        "languages": HOSTILE,
        "working_language": "en",
    }
    cover = f"{submission.get_absolute_url()}cover-sheet/"
    assert client.post(cover, sheet).status_code == 302
    reader = signed_in(member(submission.partner, roles.Reader.code))
    pages = [client.get(f"{here}{step}") for step in STEPS]
    pages += [client.get(page) for page in (address, here, cover, submission.get_absolute_url())]
    pages += [reader.get(page) for page in (address, here, cover)]
    for page in pages:
        assert page.status_code == 200
        assert "<script>alert" not in page.content.decode()
    shown = words(client.get(address))
    assert "U+202E" in shown


def test_the_list_goes_through_all_pages_once(client, submission, address, monkeypatch):
    monkeypatch.setattr("submissions.views.incidents.PAGE", 2)
    numbers = [told(submission).number for _n in range(3)]
    first = client.get(address)
    second = client.get(address, {"after": first.context["after"]})
    seen = [row.incident.number for row in (*first.context["rows"], *second.context["rows"])]
    assert seen == numbers
    assert second.context["after"] == 0
    assert client.get(address, {"after": "²"}).status_code == 200


def test_the_cover_sheet_is_written_and_follows_the_incidents(client, submission, incident, here):
    cover = f"{submission.get_absolute_url()}cover-sheet/"
    assert "No dates yet" in words(client.get(cover))
    client.post(f"{here}when/day/", {"begin": "2024-03-01"})
    client.post(f"{here}where/", {"precision": "country", "country": "CF"})
    client.post(f"{here}law/", {"others": ["RS-6-a"]})
    sheet = {
        "situation": "Attacks in the north",
        "summary": "Forty houses burned.",
        "languages": "French, Sango، Arabic, French",
        "working_language": "other",
        "needs_translation": "on",
    }
    answer = client.post(cover, sheet)
    assert answer["Location"] == submission.get_absolute_url()
    written = CoverSheet.objects.get()
    assert written.languages == ["French", "Sango", "Arabic"]
    assert (written.working_language, written.needs_translation) == ("other", True)
    assert cover_sheets.read_summary(written) == "Forty houses burned."
    page = words(client.get(cover))
    for said in ("French, Sango, Arabic", "1 Mar 2024", "CF", "article 6(a)", "Forty houses"):
        assert said in page
    page = words(client.get(submission.get_absolute_url()))
    assert "Attacks in the north" in page
    assert "The cover sheet was written." in page


def test_a_mistake_on_the_cover_sheet_keeps_what_was_typed(client, submission):
    cover = f"{submission.get_absolute_url()}cover-sheet/"
    sheet = {"summary": "Forty houses.", "languages": ",".join(f"L{n}" for n in range(30))}
    page = client.post(cover, sheet)
    assert page.status_code == 422
    said = words(page)
    for sentence in ("Say in a few words which situation", "Name up to 20", "Choose the language"):
        assert sentence in said
    assert "Forty houses." in said
    assert sheet["languages"] in said
    assert not CoverSheet.objects.exists()


def test_a_reader_reads_the_cover_sheet_and_writes_nothing(submission):
    by = submission.begun_by
    sheet = cover_sheets.Sheet(situation="North", summary="Forty houses burned.")
    act(cover_sheets.write, submission=submission, sheet=sheet, by=by)
    client = signed_in(member(submission.partner, roles.Reader.code))
    cover = f"{submission.get_absolute_url()}cover-sheet/"
    page = words(client.get(cover))
    assert "Forty houses burned." in page
    assert "<textarea" not in page
    assert client.post(cover, {"situation": "x", "working_language": "en"}).status_code == 403


def test_the_submission_page_says_what_is_missing(client, submission, incident):
    page = words(client.get(submission.get_absolute_url()))
    assert "Incident 1: when, where, in which State, what was done" in page
    assert "The situation, a summary" in page
    assert "9 answers are missing" in page


def test_each_page_takes_twelve_queries_at_most(client, submission, address, here):
    by = submission.begun_by
    for _n in range(5):
        found = told(submission)
        place = {"when": When("day", date(2024, 3, 1)), "where": Where("country", "CF")}
        act(incidents.place, incident=found, by=by, **place)
    cover = f"{submission.get_absolute_url()}cover-sheet/"
    pages = [address, f"{address}add/", here, cover, *(f"{here}{step}" for step in STEPS)]
    taken = {page: asked(client, page) for page in pages}
    assert max(taken.values()) <= 12, taken
    # Its history alone takes five, what is missing six, who drafts and approves three.
    assert asked(client, submission.get_absolute_url()) <= 22


def test_where_people_were_is_asked_with_harm_to_them_sealed_and_shown(client, incident, here):
    page = words(client.get(f"{here}conduct/more/"))
    assert "Where were the people when it happened?" in page
    assert page.count(" selected") == 1
    typed = {"conducts": ["coerced_sexual_acts"], "setting": "detention"}
    assert client.post(f"{here}conduct/more/", typed).status_code == 302
    assert incidents.read_account(fresh(incident))["setting"] == "detention"
    assert "detention" not in str(Incident.objects.values().get(pk=incident.pk))
    assert "In detention" in words(client.get(here))
    client.post(f"{here}what/", TOLD)
    client.post(f"{here}conduct/", {"conducts": ["looting"]})
    assert incidents.read_account(fresh(incident))["setting"] == "detention"
    client.post(f"{here}conduct/more/", {"conducts": ["coerced_sexual_acts"], "setting": ""})
    assert "setting" not in incidents.read_account(fresh(incident))


def test_countries_are_those_of_the_standard():
    from submissions.countries import CODES

    assert len(CODES) == 250
    assert {"UA", "SD", "SS", "PS", "XK"} <= CODES
    assert CODES.isdisjoint({"UK", "EU", "ZZ", "SU"})


def test_a_state_is_named_with_its_code():
    from submissions.countries import NAMES, spoken

    assert spoken("SY") == "Syria (SY)"
    assert spoken("ZZ") == "ZZ"
    assert len({str(name) for name in NAMES.values()}) == len(NAMES)


def test_an_incident_whose_conduct_is_not_sure_is_shown(submission, client):
    done = complete_draft().incidents.get()
    names = [done.submission.reference, done.reference]
    page = client.get(reverse("submissions:incident-detail", args=names))
    assert page.status_code == 200
    assert "Not sure" in words(page)
