import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from custody.intake.confined import Examiner

FOLDERS = ("exif-samples", "opf-format-corpus", "smallest-files", "warc-samples", "c2pa-testfiles")


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Real files nobody here wrote."""
    root = Path(__file__).resolve().parents[3]
    found = Path(os.environ.get("IMPNA_SHARED_DATA", root.parent / "shared" / "data"))
    if not found.is_dir():
        say = f"{found} is not there; IMPNA_SHARED_DATA names the folder of test files"
        pytest.fail(say) if os.environ.get("CI") == "true" else pytest.skip(say)
    return found


@pytest.fixture(scope="session")
def corpus_files(corpus: Path) -> list[Path]:
    return sorted(
        path for folder in FOLDERS for path in (corpus / folder).rglob("*") if path.is_file()
    )


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch")


@pytest.fixture(scope="session")
def examiner(scratch: Path) -> Iterator[Examiner]:
    """One for all ordinary files: the next test shows that the one before has left nothing."""
    with Examiner(scratch=scratch) as made:
        yield made
