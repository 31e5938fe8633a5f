"""Whether one referral is covered: 200 exhibits, 500 people and what each of them said (R4)."""

import statistics
import time

from tests.bench.ground import own_database

EXHIBITS, PEOPLE, EACH = 200, 500, 4
ROUNDS = 30


def measure() -> dict[str, float]:
    """Milliseconds (median) and queries of one answer, all covered and nothing covered."""
    with own_database():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        from submissions.coverage import coverage
        from tests.factories.submissions import unit_of_an_authority

        submission, unit = _written(), unit_of_an_authority()
        exhibits = list(submission.exhibits.all())
        found = {}
        for name in ("covered", "uncovered"):
            times = []
            for _round in range(ROUNDS):
                begun = time.perf_counter()
                answer = coverage(submission, unit, exhibits=exhibits)
                times.append((time.perf_counter() - begun) * 1000)
            with CaptureQueriesContext(connection) as asked:
                coverage(submission, unit, exhibits=exhibits)
            assert bool(answer.against) == (name == "uncovered")
            found |= {f"{name} ms": statistics.median(times), f"{name} queries": len(asked)}
            if name == "covered":
                _take_back(submission)
    return found


def _written():
    from django.db import transaction
    from django.utils import timezone

    from custody.models import SealingKey
    from submissions.models import Consent, Exhibit, Link, LinkedExhibit, Person
    from tests.factories.submissions import complete_draft, yes_to_all

    submission = complete_draft()
    by, now, word = submission.begun_by, timezone.now(), yes_to_all()
    rows = {"added_by": by, "added_at": now}
    with transaction.atomic():
        keys = SealingKey.objects.bulk_create(
            SealingKey(
                compartment=submission.compartment, entry=f"bench-{n}", recipient="x", made_at=now
            )
            for n in range(EXHIBITS - 1)
        )
        Exhibit.objects.bulk_create(
            Exhibit(submission=submission, number=n + 2, delivery="held", key=key, **rows)
            for n, key in enumerate(keys)
        )
        submission.exhibits.update(recognisable="someone", identified_by=["face"])
        people = Person.objects.bulk_create(
            Person(submission=submission, code=f"W-{n}", **rows) for n in range(PEOPLE)
        )
        Consent.objects.bulk_create(
            Consent(
                person=person,
                number=1,
                asked_on=word.asked_on,
                mode=word.mode,
                capacity=word.capacity,
                said=dict(word.said),
                recorded_by=by,
                recorded_at=now,
            )
            for person in people
        )
        links = Link.objects.bulk_create(
            Link(submission=submission, number=n, person=person, basis="asked", **rows)
            for n, person in enumerate(people)
        )
        exhibits = list(submission.exhibits.all())
        LinkedExhibit.objects.bulk_create(
            LinkedExhibit(link=link, exhibit=exhibits[(n + step * 37) % EXHIBITS])
            for n, link in enumerate(links)
            for step in range(EACH)
        )
    return submission


def _take_back(submission) -> None:
    from django.utils import timezone

    from submissions.models import Consent

    Consent.objects.filter(person__submission=submission).update(
        withdrawn_at=timezone.now(), withdrawn_by=submission.begun_by
    )
