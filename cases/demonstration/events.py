"""The UCDP events that the stories are derived from, and what an incident says of one."""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from submissions.actions.incidents import Account, Qualification, When, Where
from submissions.conduct import Answer
from submissions.fact_vocabularies import AgainstIt
from submissions.offences import ConflictType
from submissions.vocabularies import BasisOfKnowledge, DatePrecision, PlacePrecision

DATA = Path(__file__).parent / "data" / "events.csv"
# UCDP's precision of places: 1 exact, 2 within 25 km, 3 second administrative level, 4 first.
_PLACES = {
    1: PlacePrecision.PLACE,
    2: PlacePrecision.DISTRICT,
    3: PlacePrecision.DISTRICT,
    4: PlacePrecision.REGION,
}
_MANY = 10


@dataclass(frozen=True)
class Event:
    """One row. `type` is UCDP's: 1 with a State on one side, 2 between groups, 3 against civilians."""

    number: int
    begin: date
    end: date
    country: str
    area: str
    place_precision: int
    type: int
    between_states: bool
    best: int

    @property
    def when(self) -> When:
        """A day, or two dates between which it was."""
        if self.begin == self.end:
            return When(DatePrecision.DAY, self.begin)
        return When(DatePrecision.BETWEEN, self.begin, self.end)

    @property
    def where(self) -> Where:
        """State and coarse area, with the precision that UCDP gives."""
        return Where(_PLACES[self.place_precision], self.country, self.area)

    @property
    def account(self) -> Account:
        """What an example documenter tells: what UCDP records, and that the rest is invented."""
        words = {
            1: "fighting in which a State took part",
            2: "fighting between organised groups",
            3: "violence against civilians",
        }[self.type]
        return {
            "heading": f"Example: {words}, {self.area}",
            "what": (
                f"Example. UCDP records here {words}, with a best estimate of {self.best} deaths "
                f"(GED event {self.number}). All else in this submission is invented."
            ),
            "basis": BasisOfKnowledge.DOCUMENTARY,
            "known_by": "Example: press reports, as UCDP cites them.",
            "against": AgainstIt.SOMETHING,
            "weakens": "Example: press reports only; nobody who was there was asked.",
        }

    @property
    def qualification(self) -> Qualification:
        """What the type of violence allows to say, and nothing beyond it."""
        if self.type == 3:
            kind = "mass_killing" if self.best >= _MANY else "killing"
            return Qualification(
                conducts=[kind, "attack_on_civilians"],
                conflict=ConflictType.UNKNOWN,
                attack=Answer.YES,
                group=Answer.UNKNOWN,
                offences=["RS-7-1-a"],
            )
        conflict, offences = ConflictType.NIAC, ["RS-8-2-c-i-1", "RS-8-2-e-i"]
        if self.between_states:
            conflict, offences = ConflictType.IAC, ["RS-8-2-a-i", "RS-8-2-b-i"]
        return Qualification(
            conducts=["killing", "attack_on_civilians"],
            conflict=conflict,
            attack=Answer.UNKNOWN,
            group=Answer.UNKNOWN,
            offences=offences,
        )


@cache
def events() -> dict[int, Event]:
    """All of them by UCDP's number."""
    with DATA.open(encoding="utf-8", newline="") as file:
        return {int(row["id"]): _event(row) for row in csv.DictReader(file)}


def _event(row: dict[str, str]) -> Event:
    return Event(
        number=int(row["id"]),
        begin=date.fromisoformat(row["from"]),
        end=date.fromisoformat(row["to"]),
        country=row["country"],
        area=row["adm1"],
        place_precision=int(row["where_prec"]),
        type=int(row["type"]),
        between_states=row["between_states"] == "1",
        best=int(row["best"]),
    )
