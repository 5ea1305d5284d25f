"""Decoders in processes of their own: what goes wrong there costs one file and one sentence."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import numpy as np
import psutil
import pytest

from pie_desktop.errors import Cancelled, DecodeError
from pie_desktop.imaging import isolation
from pie_desktop.imaging.decode import load_photo, probe
from pie_desktop.imaging.isolation import Limits, transfer
from pie_desktop.imaging.isolation import limits as watch
from pie_desktop.imaging.metadata.reading import read_summary

HELPERS = Path(__file__).parent / "helpers"
SHARED = Path("/dev/shm")
PHOTO = Path("photo.jpg")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="crashes the POSIX way")


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(HELPERS))  # the processes get the path of this one
    import hostile_decoders

    return hostile_decoders


@pytest.fixture
def isolated_decoding() -> Iterator[Callable[..., None]]:
    """Turn isolation on with other limits; turned off and checked for leftovers afterwards."""
    yield isolation.start
    isolation.stop()
    assert not [process for process in psutil.Process().children() if "spawn_main" in " ".join(process.cmdline())]
    if SHARED.is_dir():
        assert not list(SHARED.glob(f"pie{os.getpid():x}-*"))


def test_off_until_started(hostile: ModuleType) -> None:
    assert not isolation.active()
    assert hostile.process_id(PHOTO) == os.getpid()


def test_photos_are_the_same_as_without(
    isolated_decoding: Callable[..., None], sample_photos: dict[str, Path], sample_images: dict[str, np.ndarray]
) -> None:
    photo = sample_photos["coffee"]
    here = load_photo(photo), probe(photo), read_summary(photo)
    isolated_decoding()
    there = load_photo(photo), probe(photo), read_summary(photo)
    np.testing.assert_array_equal(there[0], here[0])
    assert there[1:] == here[1:]


def test_a_relative_name_is_that_of_the_caller(
    isolated_decoding: Callable[..., None], sample_photos: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The processes keep the working directory that they were started in."""
    photo = sample_photos["coffee"]
    isolated_decoding(processes=1)
    expected = probe(photo)
    monkeypatch.chdir(photo.parent)
    assert probe(Path(photo.name)).width == expected.width


def test_large_arrays_come_through_shared_memory(
    isolated_decoding: Callable[..., None], hostile: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolated_decoding(processes=1)
    value = hostile.image(PHOTO, 1000)
    here = hostile.image.__wrapped__(PHOTO, 1000)
    row = value["wide"][17]
    np.testing.assert_array_equal(value["wide"], here["wide"])
    np.testing.assert_array_equal(value["small"], here["small"])
    assert value["wide"].flags.writeable and not value["wide"].flags.owndata
    del value  # a view keeps the memory; another image does not overwrite it
    hostile.image(PHOTO, 1000)
    np.testing.assert_array_equal(row, here["wide"][17])


def test_without_room_in_shared_memory_the_pipe_does(hostile: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    value = hostile.image(PHOTO, 1000)
    monkeypatch.setattr(transfer, "_has_room", lambda size: False)
    packed, shared = transfer.pack(value, "pie-test")
    assert shared is None
    np.testing.assert_array_equal(transfer.unpack(packed)["wide"], value["wide"])


def test_an_error_of_the_decoder_arrives_as_it_is(
    isolated_decoding: Callable[..., None], hostile: ModuleType, tmp_path: Path
) -> None:
    isolated_decoding(processes=1)
    with pytest.raises(DecodeError, match=r"^photo\.jpg is damaged\.$"):
        hostile.refuse(PHOTO)
    before = hostile.process_id(PHOTO)
    with pytest.raises(DecodeError, match="does not exist"):
        load_photo(tmp_path / "gone.jpg")
    assert hostile.process_id(PHOTO) == before != os.getpid(), "an error does not cost the process"


@pytest.mark.parametrize("name", ["segfault", "abort", "crash_with_shared_memory"])
def test_a_crash_costs_one_sentence(isolated_decoding: Callable[..., None], hostile: ModuleType, name: str) -> None:
    isolated_decoding(processes=1)
    with pytest.raises(DecodeError, match=r"^photo\.jpg crashed the photo reader; .*\.$"):
        getattr(hostile, name)(PHOTO)
    assert hostile.process_id(PHOTO) != os.getpid()


def test_a_process_that_the_system_ends_is_followed_by_another_one(
    isolated_decoding: Callable[..., None], hostile: ModuleType, tmp_path: Path
) -> None:
    isolated_decoding(processes=1)
    photo = tmp_path / "photo.jpg"
    photo.write_text("x")
    assert hostile.killed(photo) != os.getpid()
    photo.write_text("xx")
    with pytest.raises(DecodeError, match=r"photo\.jpg was not read, because the system ended its process twice"):
        hostile.killed(photo)


def test_other_threads_do_not_notice_a_crash(
    isolated_decoding: Callable[..., None], hostile: ModuleType, sample_photos: dict[str, Path]
) -> None:
    isolated_decoding(processes=3)
    expected = load_photo.__wrapped__(sample_photos["rocket"])

    def crash() -> None:
        with pytest.raises(DecodeError):
            hostile.segfault(PHOTO)

    with ThreadPoolExecutor(4) as threads:
        crashes = [threads.submit(crash) for _ in range(3)]
        loaded = [threads.submit(load_photo, sample_photos["rocket"]) for _ in range(12)]
        for crashed in crashes:
            crashed.result()
        for image in loaded:
            np.testing.assert_array_equal(image.result(), expected)


@pytest.mark.parametrize("hold", [False, True])
def test_a_hang_is_ended(isolated_decoding: Callable[..., None], hostile: ModuleType, hold: bool) -> None:
    isolated_decoding(processes=1, limits=Limits(patience=0.3))
    with pytest.raises(DecodeError, match=r"photo\.jpg could not be read within 0 seconds"):
        hostile.hang(PHOTO, hold=hold)
    assert hostile.process_id(PHOTO) != os.getpid()


def test_endless_work_is_ended(isolated_decoding: Callable[..., None], hostile: ModuleType) -> None:
    isolated_decoding(processes=1, limits=Limits(seconds=0.3))
    with pytest.raises(DecodeError, match=r"photo\.jpg could not be read within 0 seconds"):
        hostile.spin(PHOTO)


def test_large_files_may_take_longer() -> None:
    limits = Limits()
    assert limits.seconds_for(0) == 10 and limits.patience_for(0) == 60 and limits.memory_for(50_000_000) == 2e9
    assert limits.seconds_for(100_000_000) == 60 and limits.memory_for(100_000_000) == 2.5e9


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the parent watches")
def test_memory_is_limited(isolated_decoding: Callable[..., None], hostile: ModuleType, tmp_path: Path) -> None:
    isolated_decoding(processes=1, limits=Limits(memory=200_000_000, memory_free_size=0, memory_per_byte=1000))
    assert hostile.devour(PHOTO, 100_000_000) > 0
    with pytest.raises(DecodeError, match="too large"):
        hostile.devour(PHOTO, 300_000_000)
    large = tmp_path / "large.tif"
    large.write_bytes(bytes(200_000))  # a bomb is a small file; a large one may take more
    assert hostile.devour(large, 300_000_000) > 0


def test_the_parent_watches_memory_too(
    isolated_decoding: Callable[..., None], hostile: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_WATCH_MEMORY", True)
    isolated_decoding(processes=1, limits=Limits(memory=30_000_000))
    with pytest.raises(DecodeError, match=r"needs more than 0\.03 GB of memory"):
        hostile.hang(PHOTO)


def test_what_was_cancelled_is_not_waited_for(
    isolated_decoding: Callable[..., None], hostile: ModuleType, tmp_path: Path
) -> None:
    isolated_decoding(processes=1)
    started = tmp_path / "started"
    cancel = threading.Event()

    def wait() -> None:
        with isolation.cancellable(cancel.is_set), pytest.raises(Cancelled):
            hostile.hang(PHOTO, started)

    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(wait)
        _wait_until(started.exists)
        cancel.set()
        waiting.result(timeout=20)
    assert hostile.process_id(PHOTO) != os.getpid(), "the next photo gets its place"


@pytest.mark.skipif(not SHARED.is_dir(), reason="looks for shared memory where Linux has it")
@pytest.mark.parametrize("abandoned", [False, True])
def test_closing_leaves_no_shared_memory_of_a_busy_process(
    hostile: ModuleType, tmp_path: Path, abandoned: bool
) -> None:
    """Whether somebody waits for its value or not."""
    isolation.start(processes=1)
    started, cancel = tmp_path / "started", threading.Event()

    def wait() -> None:
        with isolation.cancellable(cancel.is_set), pytest.raises(Cancelled):
            hostile.hang_with_shared_memory(PHOTO, started)

    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(wait)
        _wait_until(started.exists)
        assert list(SHARED.glob(f"pie{os.getpid():x}-*"))
        if abandoned:
            cancel.set()
            waiting.result(timeout=20)
        isolation.stop()
        assert not list(SHARED.glob(f"pie{os.getpid():x}-*"))
        waiting.result(timeout=20)


def test_a_process_that_was_ended_between_two_photos_is_replaced(
    isolated_decoding: Callable[..., None], hostile: ModuleType
) -> None:
    isolated_decoding(processes=1)
    victim = psutil.Process(hostile.process_id(PHOTO))
    victim.kill()
    _wait_until(lambda: not victim.is_running() or victim.status() == psutil.STATUS_ZOMBIE)
    assert hostile.process_id(PHOTO) not in (victim.pid, os.getpid())


def test_where_no_process_comes_up_decoding_goes_on_here(hostile: ModuleType) -> None:
    isolation.start(processes=1, warm=0, body=_ends_at_once)
    assert hostile.process_id(PHOTO) == os.getpid()
    assert not isolation.active()


def _ends_at_once(*_: object) -> None:
    pass


ORPHAN = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import hostile_decoders
from pie_desktop.imaging import isolation

if __name__ == "__main__":
    isolation.start(processes=2, warm=2, limits=isolation.Limits(patience=1.0))
    hostile_decoders.process_id(Path("a"))
    if sys.argv[2] == "hang":
        hostile_decoders.hang(Path("a"), Path(sys.argv[3]), hold=True)
    Path(sys.argv[3]).write_text("ready")
    sys.stdin.read()
"""


@pytest.mark.skipif(not SHARED.is_dir(), reason="looks for shared memory where Linux has it")
@pytest.mark.parametrize("doing", ["nothing", "hang"])
def test_nothing_outlives_a_killed_program(tmp_path: Path, doing: str) -> None:
    """Also while a decoder hangs with the interpreter's lock held: its own watchdog ends it."""
    started = tmp_path / "started"
    program = subprocess.Popen([sys.executable, "-c", ORPHAN, HELPERS, doing, started], stdin=subprocess.PIPE)
    try:
        _wait_until(started.exists)
        children = psutil.Process(program.pid).children(recursive=True)
        assert len(children) >= 3  # two decoders and the tracker of shared memory
    finally:
        program.kill()
        program.communicate()
    _, alive = psutil.wait_procs(children, timeout=20)
    assert not alive
    assert not list(SHARED.glob(f"pie{program.pid:x}-*"))


def _wait_until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
