"""What a file says of itself is told whole: times that differ stay apart, nothing is judged."""

from pathlib import Path

import pytest

from custody.intake import told
from custody.intake.answers import short
from custody.intake.confined import Examiner
from custody.intake.findings import FAILURES, Findings, Note
from custody.intake.probing import PROBES
from custody.intake.words import say_failure

HORRORS = "opf-format-corpus/pdfCabinetOfHorrors"


def of(examiner: Examiner, path: Path) -> told.Told:
    found = examiner.examine([path.read_bytes()], name_hint=path.name)
    return told.told(Findings.from_json(found.to_json()))


def rows_of(said: told.Told) -> dict[str, tuple[str, str]]:
    return {row.label: (row.value, row.sub) for row in said.rows}


def test_three_disagreeing_times_are_three(examiner: Examiner, corpus: Path) -> None:
    said = of(examiner, corpus / "exif-samples/gps/DSCN0010.jpg")
    assert [(time.moment, time.zone, time.labels, time.written) for time in said.times] == [
        ("2008-11-01 21:15:07", "", ["Changed (DateTime)"], ["2008:11:01 21:15:07"]),
        (
            "2008-10-22 16:28:39",
            "",
            ["Taken (DateTimeOriginal)", "Digitised (DateTimeDigitized)"],
            ["2008:10:22 16:28:39"],
        ),
        ("2008-10-23 14:27:07", "UTC", ["Satellites (GPS)"], ["2008:10:23 14:27:07.24"]),
    ]
    assert not any("times" in note for note in said.notes)


def test_the_place_stands_as_the_file_writes_it(examiner: Examiner, corpus: Path) -> None:
    said = rows_of(of(examiner, corpus / "exif-samples/gps/DSCN0010.jpg"))
    assert said["Place"] == (
        "43° 28′ 2.814″ N, 11° 53′ 6.456″ E",
        "43.467448, 11.885127, WGS-84",
    )
    assert said["Device"] == ("NIKON COOLPIX P6000", "")
    assert said["Software"] == ("Nikon Transfer 1.1 W", "")
    assert said["Size of the image"] == ("640 × 480 pixels", "")


def test_a_pdf_tells_author_program_dates_and_pages(examiner: Examiner, corpus: Path) -> None:
    said = of(examiner, corpus / HORRORS / "calistoMTNoFontsEmbedded.pdf")
    rows = rows_of(said)
    assert rows["Author"] == ("JKN011", "")
    assert rows["Made into a PDF by"] == ("Acrobat Distiller 7.0 (Windows)", "")
    assert rows["Pages"] == ("1", "")
    (time,) = said.times
    assert (time.moment, time.zone) == ("2009-11-04 14:27:39", "+01:00")
    assert time.labels == ["Created (CreationDate)", "Changed (ModDate)"]
    assert time.written == ["D:20091104142739+01'00'"]


def test_what_could_not_be_read_is_said_with_its_reason(examiner: Examiner, corpus: Path) -> None:
    locked = of(examiner, corpus / HORRORS / "encryption_openpassword.pdf")
    assert locked.failures == ["A preview could not be made. A password is needed."]
    broken = of(examiner, corpus / "smallest-files/webp.webp")
    assert broken.failures == [
        "A preview could not be made. The content does not follow its format and could not be read."
    ]
    assert broken.crashed == ""


def test_every_real_file_is_told_without_a_fault(
    examiner: Examiner, corpus_files: list[Path]
) -> None:
    for path in corpus_files:
        said = of(examiner, path)
        assert said.examined
        assert all("%" not in sentence for sentence in said.failures)


def test_a_crash_is_said_once_and_what_was_found_before_it_stays() -> None:
    found = Findings(
        results={"images": {"width": 2, "height": 1, "device": {"model": "X"}}},
        failures={"pdfs": "killed", "media": "not_reached", "thumbnails": "not_reached"},
        crashed="killed",
    )
    said = told.told(found)
    assert said.crashed == "The program that reads this format crashed."
    assert said.failures == []
    assert rows_of(said)["Device"] == ("X", "")


def test_equal_clocks_of_different_zones_are_two_times() -> None:
    times = [
        {"source": "created", "written": "a", "moment": "2020-01-02T03:04:05", "offset": "Z"},
        {"source": "changed", "written": "b", "moment": "2020-01-02T03:04:05", "offset": "+02:00"},
    ]
    said = told.told(Findings(results={"pdfs": {"times": [*times]}}))
    assert [(time.zone, time.written) for time in said.times] == [("UTC", ["a"]), ("+02:00", ["b"])]


def test_a_time_without_a_meaning_is_shown_in_the_files_words() -> None:
    times = [{"source": "file", "written": "0000:00:00 00:00:00", "fraction": "52"}]
    (time,) = told.told(Findings(results={"images": {"times": [*times]}})).times
    assert time.moment == "0000:00:00 00:00:00"
    assert time.written == ["0000:00:00 00:00:00.52"]


def test_recordings_and_heights_are_told_in_words() -> None:
    place = {
        "latitude": "1.000000",
        "longitude": "2.000000",
        "altitude_metres": "12.5",
        "altitude_reference": "1",
        "direction_degrees": "90.0",
    }
    media = {"milliseconds": 192_400, "channels": 2, "words": {"artist": "A. Person"}}
    said = rows_of(told.told(Findings(results={"images": {"place": place}, "media": media})))
    assert said["Place"] == ("1.000000, 2.000000", "")
    assert said["Height"] == ("12.5 metres", "Below sea level.")
    assert said["Direction of view"] == ("90.0 degrees", "")
    assert said["Length"] == ("3 min 12 s", "2 channels")
    assert said["Artist"] == ("A. Person", "")


def test_before_the_examination_nothing_is_told() -> None:
    assert told.told(None) == told.Told()
    quiet = told.told(Findings(notes=[Note("empty")]))
    assert quiet.examined
    assert not quiet.says_something
    assert quiet.notes == ["This file is empty: it has no bytes."]


def test_every_probe_has_words_for_its_failure() -> None:
    assert {"formats", *(short(name) for name in PROBES)} == set(told.LOST)


@pytest.mark.parametrize("code", sorted(FAILURES - told._SAID_ELSEWHERE))
def test_every_reason_is_said_after_what_it_costs(code: str) -> None:
    said = told.told(Findings(failures={"images": code}))
    assert said.failures == [f"{told.LOST['images']} {say_failure(code)}"]
