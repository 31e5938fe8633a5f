"""Files find their way in: broken lines, reloads, other devices, no JavaScript, no mouse."""

import hashlib
import re
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from partners import roles
from partners.models import Partner, User
from submissions.models import Exhibit, Submission, UploadToken
from tests.factories.partners import member
from tests.factories.standing import FIRST_DOCUMENTER
from tests.factories.submissions import draft
from tests.journeys.conftest import axe, check_page, sideways, sign_in

MIB = 1024 * 1024
CUT = "ERR_INTERNET_DISCONNECTED"


@pytest.fixture
def documenter(portal_database) -> User:
    """Someone new, whose codes are all unused."""
    cso = Partner.objects.get(members__email=FIRST_DOCUMENTER)
    return member(cso, roles.Documenter.code)


@pytest.fixture
def submission(documenter) -> Submission:
    return draft(documenter)


@pytest.fixture
def photographs(shared_data) -> list[Path]:
    folder = shared_data / "c2pa-testfiles"
    return [folder / "truepic-20230212-landscape.jpg", folder / "nikon-20221019-building.jpeg"]


@pytest.fixture
def large(tmp_path) -> Path:
    """Twelve segments that differ."""
    path = tmp_path / "a film of the market.mp4"
    path.write_bytes(b"".join(bytes([number]) * MIB for number in range(12)))
    return path


def address(submission: Submission, rest: str = "") -> str:
    return f"/submissions/{submission.reference}/exhibits/{rest}"


def open_exhibits(page: Page, submission: Submission, documenter: User) -> None:
    """Signed in, on the exhibits page, with the module at work."""
    sign_in(page, documenter, going_to=address(submission))
    ready(page)


def ready(page: Page) -> None:
    expect(page.locator("[data-upload][data-ready]")).to_be_visible()


def choose(page: Page, *files: Path, kind: str = "files") -> None:
    page.locator(f"[data-input={kind}]").set_input_files([str(file) for file in files])


def row(page: Page, name: str):
    """The list's row of a file; the tricks of names are not searched for."""
    return page.locator(".p-files > li").filter(has_text=name)


def all_received(page: Page, count: int) -> None:
    expect(page.locator("[data-tally]")).to_have_text(f"{count} of {count} received")


class Line:
    """The network of one page: slow enough that there is a middle, broken, or as it is."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("Network.enable")

    def slow(self, bytes_a_second: int = 2 * MIB) -> None:
        """So many bytes up."""
        self._be(offline=False, up=bytes_a_second)

    def broken(self) -> None:
        """As context.set_offline does, which does not agree with a slow line."""
        self._be(offline=True, up=-1)

    def whole(self) -> None:
        """As fast as this computer."""
        self._be(offline=False, up=-1)

    def _be(self, *, offline: bool, up: int) -> None:
        conditions = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": up}
        self._session.send("Network.emulateNetworkConditions", {"offline": offline, **conditions})


def slow_line(page: Page) -> Line:
    line = Line(page)
    line.slow()
    return line


def digests(submission: Submission) -> set[str]:
    """Of every sealed original of the draft."""
    found = submission.exhibits.filter(file__isnull=False).select_related("file")
    return {bytes(exhibit.file.sha256).hex() for exhibit in found}


def sealed(page: Page, submission: Submission, count: int) -> None:
    """The page, asked again until all is sealed, as its reader would."""
    for _try in range(240):
        if submission.exhibits.present().filter(file_state="sealed").count() == count:
            break
        page.wait_for_timeout(250)
    page.goto(address(submission))
    expect(page.locator(".p-files .p-tag", has_text="Sealed")).to_have_count(count)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def some_arrived(page: Page, name: str, least: int = 1) -> None:
    """Some percent of the file is on the server, and not all of it."""
    percent = row(page, name).locator("[data-percent]")
    expect(percent).to_have_text(re.compile(rf"^([{least}-9]|[1-9]\d) %$"))


def test_real_files_arrive_whole_and_are_sealed(page, submission, documenter, photographs):
    open_exhibits(page, submission, documenter)
    choose(page, *photographs)
    all_received(page, 2)
    sealed(page, submission, 2)
    assert digests(submission) == {sha256(path) for path in photographs}
    for path in photographs:
        expect(row(page, path.name)).to_be_visible()


def test_a_broken_line_loses_nothing(page, submission, documenter, large, watched):
    watched.expected.append(CUT)
    open_exhibits(page, submission, documenter)
    line = slow_line(page)
    choose(page, large)
    some_arrived(page, large.name)
    line.broken()
    expect(row(page, large.name).get_by_text("No connection")).to_be_visible()
    line.whole()
    all_received(page, 1)
    sealed(page, submission, 1)
    assert digests(submission) == {sha256(large)}


def test_after_a_reload_and_signing_in_again_it_goes_on_where_it_stopped(
    page, new_person, submission, documenter, large
):
    open_exhibits(page, submission, documenter)
    slow_line(page)
    choose(page, large)
    some_arrived(page, large.name)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    kept = submission.exhibits.get().upload.offset
    assert 0 < kept < large.stat().st_size
    page.close()
    other_device = new_person()
    open_exhibits(other_device, submission, documenter)
    expect(row(other_device, large.name).get_by_text("Not finished")).to_be_visible()
    with other_device.expect_file_chooser() as chooser:
        row(other_device, large.name).get_by_role("button", name="Choose the same file").click()
    sent = []
    other_device.on(
        "request",
        lambda request: (
            sent.append(int(request.headers["upload-offset"]))
            if request.method == "PATCH"
            else None
        ),
    )
    chooser.value.set_files(large)
    all_received(other_device, 1)
    assert min(sent) >= kept
    sealed(other_device, submission, 1)
    assert digests(submission) == {sha256(large)}


def test_another_file_is_refused_in_words_and_nothing_of_it_is_sent(
    page, submission, documenter, large, tmp_path
):
    open_exhibits(page, submission, documenter)
    slow_line(page)
    choose(page, large)
    some_arrived(page, large.name)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    ready(page)
    kept = submission.exhibits.get().upload.offset
    patches = []
    page.on("request", lambda request: patches.append(request.method == "PATCH"))
    twin = tmp_path / "twin.mp4"
    twin.write_bytes(b"\xff" * large.stat().st_size)
    choose_same(page, large.name, twin)
    expect(row(page, large.name)).to_contain_text("its content differs. Nothing was sent.")
    shorter = tmp_path / "shorter.mp4"
    shorter.write_bytes(b"short")
    choose_same(page, large.name, shorter)
    expect(row(page, large.name)).to_contain_text("it has 5 bytes, the first had 13 MB")
    assert axe(page) == []
    assert not any(patches)
    assert submission.exhibits.get().upload.offset == kept
    choose_same(page, large.name, large)
    all_received(page, 1)


def choose_same(page: Page, name: str, file: Path) -> None:
    with page.expect_file_chooser() as chooser:
        row(page, name).get_by_role("button", name="Choose the same file").click()
    chooser.value.set_files(file)


def test_choosing_an_unfinished_file_among_new_ones_goes_on_with_it(
    page, submission, documenter, large, photographs
):
    open_exhibits(page, submission, documenter)
    slow_line(page)
    choose(page, large)
    some_arrived(page, large.name)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    ready(page)
    choose(page, large, photographs[1])
    all_received(page, 2)
    assert submission.exhibits.count() == 2


def test_a_folder_brings_its_files_with_their_paths(page, submission, documenter, tmp_path):
    folder = tmp_path / "2026-03 north"
    (folder / "inner").mkdir(parents=True)
    (folder / "one.txt").write_text("one")
    (folder / "inner" / "two.txt").write_text("two")
    (folder / "empty.txt").write_text("")
    open_exhibits(page, submission, documenter)
    choose(page, folder, kind="folder")
    all_received(page, 3)
    expect(row(page, "2026-03 north/inner/two.txt")).to_be_visible()
    sealed(page, submission, 3)


def test_pause_go_on_and_give_up(page, submission, documenter, large):
    open_exhibits(page, submission, documenter)
    slow_line(page).slow(MIB // 4)
    choose(page, large)
    some_arrived(page, large.name)
    found = row(page, large.name)
    found.get_by_role("button", name="Pause").click()
    expect(found.get_by_text("Paused")).to_be_visible()
    expect(found).to_contain_text("have arrived and are kept")
    check_page(page)
    found.get_by_role("button", name="Go on").click()
    expect(found.get_by_text("Uploading again")).to_be_visible()
    found.get_by_role("button", name="Give up").click()
    expect(found.get_by_text("What has arrived of it is erased.")).to_be_visible()
    expect(found.get_by_role("button", name="Keep it")).to_be_focused()
    assert axe(page) == []
    found.get_by_role("button", name="Keep it").click()
    found.get_by_role("button", name="Give up").click()
    found.get_by_role("button", name="Yes, give it up").click()
    expect(found.get_by_text("Given up").first).to_be_visible()
    exhibit = Exhibit.objects.get(submission=submission)
    assert exhibit.removed_at is not None
    assert exhibit.upload.state == "ended"
    assert exhibit.upload.segments.count() == 0


def test_when_the_token_ends_everything_stops_and_says_what_to_do(
    page, submission, documenter, large, watched
):
    watched.expected.append("401")
    open_exhibits(page, submission, documenter)
    slow_line(page)
    choose(page, large)
    some_arrived(page, large.name)
    UploadToken.objects.filter(submission=submission).update(revoked_at=timezone.now())
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("Sign in again to go on. What has arrived is kept.")
    assert axe(page) == []
    notice.get_by_role("link", name="Sign in again").click()
    assert submission.exhibits.get().upload.offset > 0


def test_the_page_warns_before_leaving_only_while_sending(page, submission, documenter, large):
    open_exhibits(page, submission, documenter)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.reload()
    ready(page)
    assert asked == []
    slow_line(page)
    page.get_by_role("heading", name="Exhibits").first.click()  # browsers ask only after a gesture
    choose(page, large)
    some_arrived(page, large.name)
    page.reload()
    assert asked == ["beforeunload"]


def test_nothing_is_stored_on_the_device(page, submission, documenter, photographs):
    open_exhibits(page, submission, documenter)
    choose(page, photographs[1])
    all_received(page, 1)
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    token = page.evaluate("document.querySelector('[data-upload]').dataset.token ?? null")
    assert token is None


def test_names_cannot_play_tricks(page, submission, documenter, tmp_path):
    hostile = tmp_path / "photo\u202egpj.<img src=x onerror=alert(1)>.exe"
    hostile.write_text("x")
    open_exhibits(page, submission, documenter)
    choose(page, hostile)
    all_received(page, 1)
    expect(page.locator(".p-files h3")).to_contain_text("⟨U+202E⟩gpj.<img src=x")
    page.goto(address(submission))
    expect(page.locator(".p-files .p-char")).to_have_text("U+202E")
    assert sideways(page) == 0


def test_without_javascript_a_plain_form_takes_the_files(
    new_person, submission, documenter, photographs
):
    page = new_person(java_script_enabled=False)
    sign_in(page, documenter, going_to=address(submission))
    page.get_by_label("Files", exact=True).set_input_files(photographs)
    page.get_by_role("button", name="Send the files").click()
    expect(page.get_by_role("heading", name="Received and sealed")).to_be_visible()
    for path in photographs:
        expect(row(page, path.name)).to_be_visible()
    assert digests(submission) == {sha256(path) for path in photographs}


def test_without_javascript_an_expired_form_says_so(
    new_person, submission, documenter, photographs, watched
):
    # The bytes server has no icon for browsers that ask for one unbidden.
    watched.expected += ["401", "404"]
    page = new_person(java_script_enabled=False)
    sign_in(page, documenter, going_to=address(submission))
    UploadToken.objects.filter(submission=submission).update(revoked_at=timezone.now())
    page.get_by_label("Files", exact=True).set_input_files(photographs[1])
    page.get_by_role("button", name="Send the files").click()
    expect(page.get_by_role("heading", name="Nothing of this form was received")).to_be_visible()
    assert not submission.exhibits.exists()


def tab_to(page: Page, condition: str) -> None:
    """Tab on until `condition` holds of the focused element."""
    for _press in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(f"(at => {condition})(document.activeElement)"):
            return
    pytest.fail(f"Nothing for which {condition} can be reached by keyboard.")


def tab_to_words(page: Page, words: str) -> None:
    tab_to(page, f"at.matches('a, button') && at.innerText.trim().startsWith('{words}')")


def test_the_keyboard_alone_adds_a_file_and_describes_it(page, submission, documenter, photographs):
    # Listened for from the start: the browser takes a moment to hand choosers over.
    choosers = []
    page.on(
        "filechooser",
        lambda chooser: choosers.append(chooser),  # noqa: PLW0108 - it sets an attribute on it
    )
    open_exhibits(page, submission, documenter)
    tab_to_words(page, "Choose files")
    page.keyboard.press("Enter")
    for _try in range(100):
        if choosers:
            break
        page.wait_for_timeout(50)
    choosers[0].set_files(photographs[1])
    all_received(page, 1)
    sealed(page, submission, 1)
    tab_to(page, "at.matches('a') && /exhibits.[0-9A-Z-]{13,16}.$/.test(at.pathname)")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/exhibits/[0-9A-Z-]{16}/$"))
    tab_to(page, "at.name === 'description'")
    page.keyboard.type("The pumping station from the road.")
    tab_to(page, "at.name === 'recognisable'")
    page.keyboard.press("Space")
    tab_to_words(page, "Save")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Exhibit 1: saved.")).to_be_visible()
    assert submission.exhibits.get().recognisable == "nobody"


def test_an_exhibit_is_opened_with_a_reason_and_comes_back_whole(
    page, submission, documenter, photographs
):
    open_exhibits(page, submission, documenter)
    choose(page, photographs[1])
    all_received(page, 1)
    sealed(page, submission, 1)
    row(page, photographs[1].name).get_by_role("link", name="Details").click()
    page.get_by_role("link", name="Open the file").click()
    page.get_by_label("Reason").fill("To compare it with the original.")
    page.get_by_role("button", name="Open it for 15 minutes").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download Exhibit 1.jpeg").click()
    assert download.value.suggested_filename == "Exhibit 1.jpeg"
    assert sha256(Path(download.value.path())) == sha256(photographs[1])


def test_every_page_is_accessible_and_fits(page, submission, documenter, photographs):
    open_exhibits(page, submission, documenter)
    check_page(page)
    choose(page, photographs[1])
    all_received(page, 1)
    check_page(page)
    sealed(page, submission, 1)
    check_page(page)
    exhibit = submission.exhibits.get()
    for rest in ("describe/", f"{exhibit.reference}/", f"{exhibit.reference}/take-out/",
                 f"{exhibit.reference}/open/"):  # fmt: skip
        page.goto(address(submission, rest))
        check_page(page)
    for path in ("", "begin/", f"{submission.reference}/", f"{submission.reference}/title/"):
        page.goto(f"/submissions/{path}")
        check_page(page)


TUS_CLIENT = """
([uploads, token, text, name, stopAt]) => new Promise((resolve, reject) => {
  const file = new File([text], name);
  const options = {
    endpoint: uploads, chunkSize: 64 * 1024, retryDelays: null, storeFingerprintForResuming: false,
    headers: { Authorization: `Bearer ${token}` }, metadata: { filename: name },
  };
  const first = new tus.Upload(file, {
    ...options,
    onError: reject,
    onChunkComplete: async (size, accepted) => {
      if (accepted < stopAt || first.stopped) return;
      first.stopped = true;
      await first.abort();
      const second = new tus.Upload(file, {
        ...options, uploadUrl: first.url, onError: reject,
        onSuccess: () => resolve({ stoppedAt: accepted, url: second.url }),
      });
      second.start();
    },
  });
  first.start();
})
"""


def test_a_client_nobody_here_wrote_completes_an_upload_it_broke_off(
    page, submission, documenter, vendored
):
    sign_in(page, documenter, going_to=address(submission))
    panel = page.locator("[data-upload]")
    uploads = panel.get_attribute("data-uploads")
    from tests.factories.submissions import upload_token

    token = upload_token(submission, documenter)
    page.evaluate((vendored / "tus.min.js").read_text())
    text = "what the judge sends " * 20_000
    found = page.evaluate(TUS_CLIENT, [uploads, token, text, "judged.txt", 128 * 1024])
    assert 0 < found["stoppedAt"] < len(text)
    sealed(page, submission, 1)
    assert digests(submission) == {hashlib.sha256(text.encode()).hexdigest()}


def test_a_folder_chosen_again_sends_nothing_twice(
    page, new_person, submission, documenter, large, tmp_path
):
    folder = tmp_path / "2026-03 north"
    folder.mkdir()
    for number in range(6):
        (folder / f"{number}.txt").write_text(f"what stands in {number}")
    large.rename(folder / large.name)
    film = f"{folder.name}/{large.name}"
    open_exhibits(page, submission, documenter)
    slow_line(page).slow(MIB // 4)
    choose(page, folder, kind="folder")
    for number in range(6):
        expect(row(page, f"{number}.txt").get_by_text("Received")).to_be_visible()
    some_arrived(page, film)
    page.close()
    assert submission.exhibits.unfinished().count() == 1
    assert submission.exhibits.count() == 7
    # Two more, one of them under a name that is here with another content.
    (folder / "0.txt").write_text("what stands IN 0")
    (folder / "new.txt").write_text("new")
    again = new_person()
    open_exhibits(again, submission, documenter)
    choose(again, folder, kind="folder")
    all_received(again, 8)
    found = row(again, f"{folder.name}/3.txt").filter(has_text="Already here")
    expect(found).to_contain_text("The very same file is here already, as Exhibit")
    expect(again.get_by_text("Already here, and not sent again: 5")).to_be_visible()
    check_page(again)
    assert submission.exhibits.count() == 9
    found.get_by_role("button", name="Send it anyway").click()
    expect(found).to_have_count(0)
    all_received(again, 8)
    sealed(again, submission, 10)
    twins = again.locator(".p-files > li").filter(has_text="3.txt")
    expect(twins).to_have_count(2)
    for at in range(2):
        expect(twins.nth(at)).to_contain_text("The same bytes as Exhibit")
    check_page(again)


def test_a_file_larger_than_memory_is_recognised_piece_by_piece(
    page, submission, documenter, tmp_path
):
    film = tmp_path / "long film.mp4"
    with film.open("wb") as file:
        for number in range(65):
            file.write(bytes([number]) * MIB)
        file.write(b"an odd end")
    open_exhibits(page, submission, documenter)
    choose(page, film)
    all_received(page, 1)
    sealed(page, submission, 1)
    ready(page)
    choose(page, film)
    expect(page.get_by_role("heading", name="All of them are here already")).to_be_visible()
    assert submission.exhibits.count() == 1
