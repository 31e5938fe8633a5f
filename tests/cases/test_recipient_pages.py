"""One referral on its recipient's side: what each role reads, and what it never does."""

import pytest
from django.utils import timezone

from cases import reading
from cases.actions import access, receiving, requests
from cases.views import referrals
from custody.models import Opening
from partners import roles
from partners.models import Partner
from tests.cases.pages import CONTENT, at, at_contact, at_head, given, sent, words
from tests.factories.cases import analyst, fresh, head, officer, received, referred
from tests.factories.partners import acting, member, partner_at, signed_in, unit_of
from tests.factories.submissions import another_documenter, complete_draft, documenter


def page(client, referral):
    return client.get(referral.get_absolute_url())


def test_a_contact_point_sees_the_cover_sheet_and_no_words(db):
    referral = given()
    shown = words(page(at_contact(), referral))
    assert "Example attacks on schools" in shown
    assert "2 exhibits and the words that go with them" in shown
    assert "Example summary." not in shown
    assert not Opening.objects.filter(basis=f"referral {referral.reference}").exists()


def test_the_cover_sheet_names_states_and_says_how_much_there_is(db):
    referral = given()
    assert referral.version.sheet["files"] == 1
    assert referral.version.sheet["size"] == str(len(CONTENT))
    shown = words(page(at_contact(), referral))
    assert "Syria (SY)" in shown
    assert "1 incident, 2 exhibits, 1 file, 131 kB" in shown
    assert "Syria (SY)" in words(page(at_head(), referral)).partition("Exact place")[0]


def test_a_version_of_before_the_counts_is_shown_as_it_was_frozen(db, monkeypatch):
    referral = given()
    sheet = {k: v for k, v in referral.version.sheet.items() if k not in ("files", "size")}
    monkeypatch.setattr(referrals, "Sheet", lambda _told: reading.Sheet(sheet))
    shown = words(page(at_contact(), referral))
    assert "1 incident, 2 exhibits, " in shown
    assert "1 file" not in shown


def test_a_head_reads_the_words_under_one_opening(db):
    referral = given()
    client = at_head()
    for _visit in range(3):
        shown = words(page(client, referral))
    assert "Example summary." in shown
    assert "Incident 1: Example" in shown
    assert "Exhibit 2" in shown
    assert Opening.objects.get(target=f"cases.referral:{referral.reference}").files == []


def test_an_officer_and_an_analyst_read_what_was_assigned(db):
    referral = given()
    for user in (officer(), analyst()):
        assert page(signed_in(user), referral).status_code == 404
        assert "Example summary." in words(page(at(referral, user), referral))


def test_a_summary_has_no_incidents_and_an_alert_only_its_sheet(db):
    shown = words(page(at_head(), received(mode="summary")))
    assert "Example summary." in shown
    assert "Incident 1" not in shown
    shown = words(page(at_head(), received(submission=complete_draft(), mode="alert")))
    assert "Example summary." not in shown
    assert "An alert gives the cover sheet only" in shown


def test_a_sender_is_named_only_where_it_is_listed(db):
    referral = given()
    for client in (at_head(), at_contact()):
        for address in ("/referrals/", referral.get_absolute_url()):
            shown = words(client.get(address))
            assert "A CSO that is not listed" in shown
            assert referral.submission.partner.name not in shown
            assert str(referral.sent_by) not in shown
    Partner.objects.filter(pk=referral.submission.partner_id).update(listed=True)
    assert referral.submission.partner.name in words(page(at_head(), referral))


def strangers():
    other = partner_at(kind=roles.AUTHORITY)
    yield member(other, roles.HeadOfUnit.code, unit=unit_of(other))
    own = head().partner
    yield member(own, roles.HeadOfUnit.code, unit=unit_of(own, "Another unit"))
    yield documenter()
    yield another_documenter()


PATHS = ("", "acknowledge/", "publish/", "decide/", "feedback/", "take/", "became/", "assign/",
         "assess/", "note/", "ask/", "write/", "open/", "opened/")  # fmt: skip


def test_for_strangers_it_does_not_exist(db):
    referral = given()
    for user in strangers():
        client = signed_in(user)
        for path in PATHS:
            address = f"{referral.get_absolute_url()}{path}"
            answers = {client.post(address, {}).status_code}
            if path != "acknowledge/":
                answers.add(client.get(address).status_code)
            assert answers <= {404, 405}, (user, path)
        assert referral.reference not in client.get("/referrals/").content.decode()


def test_unknown_and_hidden_look_the_same(db):
    referral, client = given(), signed_in(another_documenter())
    hidden = client.get(referral.get_absolute_url())
    unknown = client.get("/referrals/0000-0000-0000-0/")
    assert (hidden.status_code, words(hidden)) == (unknown.status_code, words(unknown))


def test_an_analyst_reads_and_cannot_act(db):
    referral = given()
    client = at(referral, analyst())
    shown = page(client, referral)
    for name in ("decide", "publish", "feedback", "take", "assign", "assess", "note", "ask"):
        path = f"{referral.get_absolute_url()}{name}/"
        assert path not in shown.content.decode()
        assert client.get(path).status_code == 403
        assert client.post(path, {"text": "x"}).status_code == 403
    assert client.post(f"{referral.get_absolute_url()}acknowledge/").status_code == 403
    assert client.post(f"{referral.get_absolute_url()}write/", {"text": "x"}).status_code == 403


def test_an_officer_works_and_decides_nothing(db):
    referral = given()
    client = at(referral, officer())
    for name in ("decide", "publish", "feedback", "assign"):
        assert client.get(f"{referral.get_absolute_url()}{name}/").status_code == 403
    for name in ("take", "assess", "note", "ask", "write"):
        assert client.get(f"{referral.get_absolute_url()}{name}/").status_code == 200


def test_a_contact_point_acknowledges_and_opens_nothing(db):
    referral = sent()
    client, address = at_contact(), referral.get_absolute_url()
    assert 'action="' + address + 'acknowledge/"' in page(client, referral).content.decode()
    assert client.post(f"{address}acknowledge/").status_code == 303
    assert fresh(referral).status == "received"
    for name in ("open", "opened", "decide", "note", "assess"):
        assert client.get(f"{address}{name}/").status_code == 403
    assert not Opening.objects.filter(basis=f"referral {referral.reference}").exists()


def test_unsettled_conditions_keep_words_and_exhibits_closed(db):
    referral = given(conditions=["Ask us before you share it."])
    client, address = at_head(), referral.get_absolute_url()
    shown = page(client, referral)
    assert "Ask us before you share it." in words(shown)
    assert "Example summary." not in words(shown)
    assert "Waits for a condition" in words(shown)
    assert 'name="items"' not in shown.content.decode()
    exhibit = referral.submission.exhibits.get(number=2)
    answer = client.post(f"{address}open/", {"items": exhibit.reference, "reason": "To see."})
    assert answer.status_code == 409
    condition = referral.conditions.get()
    accepted = client.post(f"{address}conditions/{condition.reference}/", {"answer": "accept"})
    assert accepted.status_code == 303
    assert "Example summary." in words(page(client, referral))


def test_recalled_closes_everything_at_once(db):
    referral = given()
    client, address = at_head(), referral.get_absolute_url()
    assert "Example summary." in words(page(client, referral))
    with acting(referral.sent_by):
        access.recall(referral=referral, reason="Somebody is afraid.", by=referral.sent_by)
    shown = words(page(client, referral))
    assert "Example summary." not in shown
    assert "Incident 1" not in shown
    assert "Somebody is afraid." in shown
    for name in ("open", "decide", "publish", "feedback", "take", "ask"):
        assert client.get(f"{address}{name}/").status_code == 409
    assert "Somebody is afraid." not in words(page(at_contact(), referral))


def test_after_the_thirty_days_the_words_are_closed_too(db, clock):
    from cases.actions.decisions import Ruling, decide

    referral = received(mode="summary")
    with acting(head()):
        ruling = Ruling("declined", reasons=["D02"])
        decide(referral=referral, ruling=ruling, seen="received", by=head())
    assert "Example summary." in words(page(at_head(), referral))
    clock.move(days=31)
    assert "Example summary." not in words(page(at_head(), referral))


def test_once_said_what_became_of_it_the_unit_sees_it_no_more(db):
    referral = given()
    client, address = at_head(), referral.get_absolute_url()
    assert client.get(f"{address}became/").status_code == 409
    with acting(referral.sent_by):
        access.recall(referral=referral, reason="", by=referral.sent_by)
    kept = {"disposal": "duty_to_keep", "text": " "}
    answer = client.post(f"{address}became/", kept)
    assert answer.status_code == 422
    assert "under which law" in words(answer)
    assert client.post(f"{address}became/", {"disposal": "destroyed"}).status_code == 303
    assert page(client, referral).status_code == 404
    assert fresh(referral).disposal == "destroyed"


def test_the_page_tells_what_was_asked_and_answered(db):
    referral = given()
    with acting(head()):
        request = requests.ask(referral=referral, kind="clarify", text="Which lens?", by=head())
    with acting(referral.sent_by):
        requests.answer(
            request=request,
            text="A long one.",
            exhibits=[referral.submission.exhibits.get(number=2)],
            by=referral.sent_by,
        )
        requests.write(referral=referral, text="We are here.", by=referral.sent_by)
    shown = words(page(at_head(), referral))
    for told in ("Which lens?", "A long one.", "Attached: Exhibit 2", "We are here."):
        assert told in shown


def test_collected_is_offered_after_the_first_opening_and_never_set_by_it(db):
    referral = given()
    client = at_head()
    assert "publish that you collected it" in words(page(client, referral))
    assert fresh(referral).status == "received"
    closed = given(conditions=["Ask first."])
    assert "publish that you collected it" not in words(page(client, closed))
    answer = client.post(f"{referral.get_absolute_url()}publish/", {"to": "collected"})
    assert answer.status_code == 303
    assert fresh(referral).status == "collected"
    assert "publish that you collected it" not in words(page(client, referral))


def test_the_histories_are_two(db):
    referral = given()
    client, address = at_head(), referral.get_absolute_url()
    client.post(f"{address}note/", {"text": "For us."})
    context = page(client, referral).context
    assert {event.type for event in context["published"].events} >= {
        "cases.referral.sent",
        "cases.referral.published",
    }
    internal = {event.type for event in context["internal"].events}
    assert internal == {"cases.note.written", "custody.opening.opened"}
    assert not internal & {event.type for event in context["published"].events}


@pytest.mark.parametrize("role", ["head", "officer"])
def test_the_urgent_line_stands_in_the_units_ledger(db, role):
    referral = given()
    type(referral.unit).objects.filter(pk=referral.unit_id).update(
        on_call="Call 112, day and night"
    )
    client = at_head() if role == "head" else at(referral, officer())
    assert "Call 112, day and night" in words(page(client, referral))
    assert "Call 112, day and night" in words(client.get("/referrals/"))


def test_feedback_that_is_late_is_said_with_its_date(db, clock):
    referral = received()
    clock.move(days=200)
    assert fresh(referral).due_on < timezone.localdate()
    with acting(head()):
        receiving.open_words(referral=fresh(referral), by=head())
    assert "p-date--late" in page(at_head(), referral).content.decode()


def test_what_is_referred_to_nobody_has_an_empty_list(db):
    assert "Nothing was sent to your unit yet" in words(at_head().get("/referrals/"))
    referred()
    assert "Example attacks on schools" in words(at_head().get("/referrals/"))
