"""Lists take few statements however long they are.

Counted is everything the database is sent, in a database of the test's own: the session read and
kept alive, the beginning and the end of the transaction, the naming of the person, and each query.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from impna.db import acting_as
from partners import roles
from partners.actions import members
from partners.models import Membership, Partner, User, Vetting
from partners.states import Status
from tests.factories.partners import coordinators, manager_of, partner_at, signed_in, unit_of
from tests.factories.submissions import documenter

MOST = 12


@contextmanager
def few_statements(most: int = MOST) -> Iterator[list[str]]:
    """At most that many statements inside, of whatever sort."""
    sent: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield sent
    sent += [str(query["sql"]) for query in captured.captured_queries]
    assert {"BEGIN", "COMMIT"} <= set(sent), "the count leaves nothing out"
    assert len(sent) <= most, "\n".join(sql[:120] for sql in sent)


def many_members(partner: Partner, number: int = 30) -> None:
    """Rows as the actions leave them; walking thirty enrolments is tested elsewhere."""
    now = timezone.now()
    unit = unit_of(partner)
    people = User.objects.bulk_create(
        User(
            email=f"m{n}@authority.example",
            display_name=f"Member {n}",
            partner=partner,
            joined_at=now,
            is_active=True,
            password="!",
        )
        for n in range(number)
    )
    Membership.objects.bulk_create(
        Membership(user=person, partner=partner, role=role, unit=unit, given_at=now)
        for person in people
        for role in ("case_officer", "analyst")
    )


def many_partners(number: int = 30) -> None:
    for n in range(3):
        partner_at(Status.APPLIED if n else Status.VETTING)
    now, today = timezone.now(), timezone.localdate()
    Partner.objects.bulk_create(
        Partner(
            kind=[roles.CSO, roles.AUTHORITY][n % 2],
            name=f"Partner {n}",
            contact_email=f"p{n}@example.org",
            status=Status.APPLIED,
            since=now,
            due_on=today,
        )
        for n in range(number)
    )


@pytest.mark.parametrize("address", ["/partners/", "/partners/?show=cso", "/partners/?show=ended"])
def test_the_list_of_partners(own_database, address):
    many_partners()
    client = signed_in(coordinators()[0])
    with few_statements():
        response = client.get(address)
    assert response.status_code == 200
    if address == "/partners/":
        assert len(response.context["rows"]) == 25
        assert Vetting.objects.exists()


def test_the_second_page_of_partners(own_database):
    many_partners()
    client = signed_in(coordinators()[0])
    more = client.get("/partners/").context["more_url"]
    with few_statements():
        assert client.get(f"/partners/{more}").context["rows"]


@pytest.mark.parametrize("role", ["manager", "member"])
def test_the_list_of_members(own_database, role):
    partner = partner_at(kind=roles.AUTHORITY)
    manager = manager_of(partner)
    many_members(partner)
    for n in range(10):
        with transaction.atomic(), acting_as(manager):
            members.invite(
                partner=partner, email=f"i{n}@a.example", offers=[("manager", "")], by=manager
            )
    client = signed_in(manager)
    if role == "member":
        client = signed_in(documenter())
    with few_statements():
        response = client.get("/members/")
    if role == "manager":
        people = response.context["people"]
        assert len(people) == 25
        assert len(response.context["invitations"]) == 10
        with few_statements():
            rest = client.get(f"/members/?after={response.context['more']}")
        people += rest.context["people"]
        assert rest.context["more"] == ""
        assert len({row["user"].pk for row in people}) == 31
        assert [row["user"] for row in people] == list(partner.members.present().by_name())


def test_a_coordinators_desk(own_database):
    many_partners()
    client = signed_in(coordinators()[0])
    with few_statements():
        response = client.get("/")
    assert len(response.context["rows"]) >= 33


@pytest.mark.parametrize("who", ["manager", "documenter"])
def test_a_members_desk(own_database, who):
    user = documenter() if who == "documenter" else manager_of(documenter().partner)
    client = signed_in(user)
    with few_statements():
        assert client.get("/").status_code == 200


@pytest.mark.parametrize("address", ["/partners/", "/"])
def test_more_rows_take_no_more_statements(own_database, address):
    client = signed_in(coordinators()[0])
    client.get(address)
    with few_statements() as short:
        client.get(address)
    many_partners()
    with few_statements() as long:
        client.get(address)
    assert len(long) <= len(short) + 1
