"""Anything a person does is a function in actions, named by its verb, ending in `by` (rules 3, 4)."""

import ast
import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

import cases.actions
import partners.actions
import submissions.actions

ROOT = Path(__file__).resolve().parents[2]

# Functions beside the actions that only read, or that an action calls: each with its reason.
NOT_ACTIONS = {
    "partners.actions.organisations.read_application": "reads",
    "partners.actions.organisations.read_findings": "reads",
    "partners.actions.organisations.read_answer": "reads",
    "partners.actions.organisations.current_reach": "reads",
    "partners.actions.organisations.reach_now": "computes",
    "partners.actions.members.find_invitation": "reads",
    "partners.actions.members.invitation_path": "computes",
    "partners.actions.members.may_join": "reads",
    "partners.actions.members.found": "the very first start has nobody to act",
    "partners.actions.members.prepare_account": "the invited person has no account yet",
    "partners.actions.members.join": "the new member acts: `user` is who",
    "partners.actions.accounts.check_password": "before anyone is known",
    "partners.actions.accounts.ticket_for": "computes",
    "partners.actions.accounts.read_ticket": "reads",
    "partners.actions.accounts.check_second_factor": "`user` is who",
    "partners.actions.accounts.ask_for_reset": "before anyone is known",
    "partners.actions.accounts.find_reset": "reads",
    "partners.actions.accounts.reset_password": "the link says who",
    "partners.actions.accounts.has_accepted_terms": "reads",
    "partners.actions.accounts.delay_after": "computes",
    "partners.actions.factors.begin_totp": "`user` is who",
    "partners.actions.factors.confirm_totp": "`user` is who",
    "partners.actions.factors.use_recovery_code": "`user` is who",
    "partners.actions.factors.verify": "`user` is who",
    "partners.actions.factors.report_lost": "`user` is who",
    "partners.actions.factors.unconfirmed_totp": "reads",
    "partners.actions.factors.seed_text": "reads",
    "partners.actions.factors.provisioning_uri": "computes",
    "partners.actions.factors.may_set_up_again": "reads",
    "partners.actions.factors.open_lost": "reads",
    "partners.actions.letters.write": "called by actions",
    "partners.actions.letters.deliver": "the system sends",
    "partners.actions.notifications.tell": "called by actions",
    "partners.actions.notifications.mail_daily": "the system sends",
    "cases.actions.access.recall_all": "plugged into a port",
    "cases.actions.assignments.end_of_role": "plugged into a port",
    "cases.actions.assignments.read_note": "reads",
    "cases.actions.assignments.read_national_reference": "reads",
    "cases.actions.advising.read_question": "reads",
    "cases.actions.advising.read_answer": "reads",
    "cases.actions.deadlines.remind": "the system acts",
    "cases.actions.deadlines.remind_of_requests": "the system acts",
    "cases.actions.deadlines.lapse_requests": "the system acts",
    "cases.actions.deadlines.lapse_advice": "the system acts",
    "cases.actions.deadlines.end_access": "the system acts",
    "cases.actions.deadlines.check_taken": "the system acts",
    "cases.actions.decisions.read_decision": "reads",
    "cases.actions.decisions.read_feedback": "reads",
    "cases.actions.enclosures.check_takes_files": "computes",
    "cases.actions.enclosures.closed_because": "computes",
    "cases.actions.enclosures.examine": "plugged into a port: the system acts",
    "cases.actions.enclosures.leave_unexamined": "plugged into a port: the system acts",
    "cases.actions.enclosures.read_name": "reads",
    "cases.actions.giving_more.again_covered": "reads",
    "cases.actions.giving_more.give": "called by actions",
    "cases.actions.grants.give_to_unit": "called by actions",
    "cases.actions.grants.give_to_officer": "called by actions",
    "cases.actions.grants.take_from_officer": "called by actions",
    "cases.actions.grants.take_all": "called by actions",
    "cases.actions.handling.ask": "called by actions",
    "cases.actions.handling.sentence": "computes",
    "cases.actions.handling.terms": "computes",
    "cases.actions.receiving.become": "called by actions",
    "cases.actions.referrals.due_on": "computes",
    "cases.actions.referrals.locked_referral": "called by actions",
    "cases.actions.referrals.read_condition": "reads",
    "cases.actions.referrals.read_remark": "reads",
    "cases.actions.requests.read_question": "reads",
    "cases.actions.requests.read_answer": "reads",
    "cases.actions.requests.read_message": "reads",
    "cases.actions.two_people.read_reason": "reads",
    "cases.actions.words.seal": "called by actions",
    "cases.actions.words.read": "reads",
    "submissions.actions.groups.read_details": "reads",
    "submissions.actions.incidents.locked_incident": "called by actions",
    "submissions.actions.incidents.record": "called by actions",
    "submissions.actions.information.read_details": "reads",
    "submissions.actions.information.ungrade": "called by actions",
    "submissions.actions.drafts.locked_draft": "called by actions",
    "submissions.actions.drafts.locked": "called by actions",
    "submissions.actions.drafts.due": "computes",
    "submissions.actions.drafts.narrowed": "called by actions",
    "submissions.actions.versions.check_complete": "computes",
    "submissions.actions.versions.check_eyes": "computes",
    "submissions.actions.exhibits.read_answers": "reads",
    "submissions.actions.exhibits.read_details": "reads",
    "submissions.actions.exhibits.record_answers": "called by actions",
    "submissions.actions.exhibits.file_arrived": "plugged into a port: the system acts",
    "submissions.actions.exhibits.read_name": "reads",
    "submissions.actions.exhibits.read_findings": "reads",
    "submissions.actions.exhibits.read_description": "reads",
    "submissions.actions.examination.examine": "plugged into a port: the system acts",
    "submissions.actions.examination.leave_unexamined": "plugged into a port: the system acts",
    "submissions.actions.redacting.claim": "the system acts",
    "submissions.actions.redacting.run": "the system acts",
    "submissions.actions.redacting.run_due": "the system acts",
    "submissions.actions.redactions.called": "computes",
    "submissions.actions.redactions.check_takes_copies": "computes",
    "submissions.actions.redactions.read_name": "reads",
    "submissions.actions.redactions.was_read": "reads",
    "submissions.actions.unsaved.find": "reads",
    "submissions.actions.unsaved.fits": "computes",
    "submissions.actions.tokens.find": "reads",
    "submissions.actions.tokens.revoke_at_sign_out": "plugged into a port",
    "submissions.actions.data_requests.read_words": "reads",
    "submissions.actions.erasing.why_not": "computes",
    "submissions.actions.holds.check_nothing_holds": "computes",
    "submissions.actions.holds.read_words": "reads",
    "submissions.actions.identities.kept_of": "reads",
    "submissions.actions.identities.read": "reads; the opening has an event",
    "submissions.actions.incidents.read_account": "reads",
    "submissions.actions.persons.read_details": "reads",
    "submissions.actions.persons.read_part": "reads",
    "submissions.actions.risks.check_looked_at": "computes",
    "submissions.actions.risks.late": "computes",
    "submissions.actions.risks.read_details": "reads",
    "submissions.actions.risks.told": "reads",
    "submissions.actions.links.read_details": "reads",
    "submissions.actions.consents.read_details": "reads",
    "submissions.actions.codes.read": "reads",
    "submissions.actions.codes.tell_used": "the system acts",
    "submissions.actions.codes.lapse": "the system acts",
    "partners.actions.accounts.count_try": "counts; nobody is known",
    "cases.actions.access.recall_for_consent": "called by actions",
    "cases.actions.narrowing.take_back_uncovered": "plugged into a port",
    "cases.actions.narrowing.end_what_is_over": "the system acts",
    "cases.actions.narrowing.read_words": "reads",
    "cases.actions.terms.of_people": "reads",
    "cases.actions.terms.ask": "called by actions",
    "submissions.actions.cover_sheets.read_summary": "reads",
}

# Actions that keep their transactions short themselves: each with its reason.
IN_STEPS = {
    "submissions.actions.exhibits.receive": "no transaction is open while a segment is sealed",
}


def public_functions():
    for package in (partners.actions, submissions.actions, cases.actions):
        for info in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
            module = importlib.import_module(info.name)
            for name, function in inspect.getmembers(module, inspect.isfunction):
                if not name.startswith("_") and function.__module__ == info.name:
                    yield f"{info.name}.{name}", function


FUNCTIONS = dict(public_functions())


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - set(NOT_ACTIONS)))
def test_an_action_takes_keywords_only_and_needs_to_know_who(name):
    parameters = inspect.signature(FUNCTIONS[name]).parameters
    assert all(p.kind is p.KEYWORD_ONLY for p in parameters.values())
    assert "by" in parameters
    assert parameters["by"].default is inspect.Parameter.empty


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - set(NOT_ACTIONS) - set(IN_STEPS)))
def test_an_action_is_atomic(name):
    # activate is called inside accept_terms, which is.
    if name != "partners.actions.organisations.activate":
        assert hasattr(FUNCTIONS[name], "__wrapped__")


def test_the_list_of_exceptions_names_only_what_exists():
    assert set(NOT_ACTIONS) | set(IN_STEPS) <= set(FUNCTIONS)


# Actions that leave no event, each with its reason.
NO_EVENT = {
    "partners.actions.notifications.mark_seen": "reading one's own inbox is no custody matter",
    "partners.actions.notifications.choose_mail": "a person's own mail setting",
    "submissions.actions.cover_sheets.refresh": "each change of an incident has its own event",
    "submissions.actions.tokens.revoke_all": "the sign-out it belongs to has one",
    "submissions.actions.exhibits.receive": "a whole file is one event, not each segment",
}


def calls():
    """Which function of ours calls which names; a name stands for every function called so."""
    found = {}
    for package in ("partners", "submissions", "cases", "custody"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef):
                    names = {
                        call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id
                        for call in ast.walk(node)
                        if isinstance(call, ast.Call)
                        and isinstance(call.func, ast.Attribute | ast.Name)
                    }
                    found.setdefault(node.name, set()).update(names)
    return found


CALLS = calls()


def leads_to_the_log(name):
    seen, open_ones = set(), [name]
    while open_ones:
        one = open_ones.pop()
        if one == "record":
            return True
        if one not in seen:
            seen.add(one)
            open_ones += CALLS.get(one, ())
    return False


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - set(NOT_ACTIONS) - set(NO_EVENT)))
def test_an_action_leaves_an_event(name):
    function = inspect.unwrap(FUNCTIONS[name])
    own = {
        call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id
        for call in ast.walk(ast.parse(inspect.getsource(function)))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute | ast.Name)
    }
    assert any(leads_to_the_log(called) for called in own - {"save", "create", "get", "filter"})


def test_what_leaves_no_event_is_listed_with_its_reason():
    assert set(NO_EVENT) <= set(FUNCTIONS)
