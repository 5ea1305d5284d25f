"""What is noted about styles: tags, favourites, archived ones, use and order; and how styles are found by it."""

import json
import multiprocessing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pie_desktop.errors import StyleError
from pie_desktop.styles.document import StyleDocument
from pie_desktop.styles.finding import Sorting, StyleFinder, Wanted
from pie_desktop.styles.marks import FILE_NAME, MAX_TAG, MOST_TAGS, LibraryMarks, StyleMarks, checked_tags
from pie_desktop.styles.store import Style, StyleLibrary

OLDEST = datetime(2026, 1, 1, tzinfo=UTC)


def make(library: StyleLibrary, name: str, created: datetime = OLDEST) -> Style:
    """A style without references, which marks are not about."""

    def new(folder: Path) -> StyleDocument:
        folder.mkdir()
        return StyleDocument(name=name, created=created)

    return library.adopt(new)


@pytest.fixture
def library(tmp_path: Path) -> StyleLibrary:
    builtin = tmp_path / "builtin" / "cool"
    builtin.mkdir(parents=True)
    document = StyleDocument(name="Cool", created=OLDEST)
    (builtin / "style.json").write_text(document.model_dump_json(include={"format", "name", "created", "next_id"}))
    return StyleLibrary(tmp_path / "styles", builtin=builtin.parent)


@pytest.fixture
def styles(library: StyleLibrary) -> dict[str, Style]:
    names = ("Warm portrait", "Film", "Evening")
    return {name: make(library, name, OLDEST + timedelta(days=place)) for place, name in enumerate(names)}


def names(library: StyleLibrary, wanted: Wanted | None = None, kept: str | None = None) -> list[str]:
    finder = StyleFinder(library.list(), library.marks())
    return [style.name for style in finder.find(wanted or Wanted(), kept)]


def test_marks_survive_a_restart_and_belong_to_built_in_styles_too(
    library: StyleLibrary, styles: dict[str, Style]
) -> None:
    film = styles["Film"].id
    library.set_favorite(film, True)
    library.set_tags(film, ["Portrait", " people ", "portrait", ""])
    library.set_archived("cool", True)
    marks = StyleLibrary(library.folder, builtin=library._builtin).marks()
    assert marks.of(film) == StyleMarks(tags=("Portrait", "people"), favorite=True)
    assert marks.of("cool").archived
    assert marks.tags() == ["people", "Portrait"]
    library.set_favorite(film, False)
    assert library.marks().of(film) == StyleMarks(tags=("Portrait", "people"))


def test_nothing_is_noted_about_a_style_that_is_gone(library: StyleLibrary, styles: dict[str, Style]) -> None:
    with pytest.raises(StyleError, match="no longer exists"):
        library.set_favorite("../elsewhere", True)
    film = styles["Film"].id
    library.set_favorite(film, True)
    token = library.delete(film)
    library.set_favorite(styles["Evening"].id, True)
    library.undelete(token)
    assert library.marks().of(film).favorite, "it may come back from the trash"


@pytest.mark.parametrize(
    "tags", [["x" * (MAX_TAG + 1)], ["line\nbreak\x07"], [f"tag {n}" for n in range(MOST_TAGS + 1)]]
)
def test_senseless_tags_are_refused(library: StyleLibrary, styles: dict[str, Style], tags: list[str]) -> None:
    with pytest.raises(StyleError, match="tag"):
        library.set_tags(styles["Film"].id, tags)
    assert checked_tags(["#film", "Film"]) == ("film",)


def test_search_looks_at_names_and_tags_in_any_case(library: StyleLibrary, styles: dict[str, Style]) -> None:
    library.set_tags(styles["Evening"].id, ["Portrait", "Wedding"])
    assert names(library, Wanted("PORT")) == ["Evening", "Warm portrait"]
    assert names(library, Wanted("port wed")) == ["Evening"]
    assert names(library, Wanted("#port")) == ["Evening"]
    assert names(library, Wanted("#ding")) == []
    assert names(library, Wanted("zebra")) == []
    assert names(library, Wanted("  ")) == ["Evening", "Film", "Warm portrait", "Cool"]


def test_archived_styles_are_found_only_where_they_are_asked_for(
    library: StyleLibrary, styles: dict[str, Style]
) -> None:
    film = styles["Film"].id
    library.set_archived(film, True)
    assert "Film" not in names(library)
    assert "Film" in names(library, Wanted(archived=True))
    assert "Film" in names(library, kept=film), "the photo has it"
    assert library.get(film) == styles["Film"], "edits that have it go on"
    library.set_favorite(film, True)
    library.set_favorite(styles["Evening"].id, True)
    assert names(library, Wanted(favorites=True)) == ["Evening"]


def test_every_order(library: StyleLibrary, styles: dict[str, Style]) -> None:
    for name in ("Film", "Warm portrait", "Film"):
        library.note_use(styles[name].id)
    marks = library.marks().of(styles["Film"].id)
    assert marks.uses == 2
    assert marks.used is not None
    assert datetime.now(UTC) - marks.used < timedelta(minutes=1)
    assert names(library, Wanted(sorting=Sorting.NAME)) == ["Cool", "Evening", "Film", "Warm portrait"]
    assert names(library, Wanted(sorting=Sorting.NEWEST)) == ["Evening", "Film", "Warm portrait", "Cool"]
    assert names(library, Wanted(sorting=Sorting.MOST_USED)) == ["Film", "Warm portrait", "Evening", "Cool"]
    used = {styles["Evening"].id: OLDEST, styles["Film"].id: OLDEST + timedelta(1)}
    finder = StyleFinder(library.list(), LibraryMarks({key: StyleMarks(used=when) for key, when in used.items()}))
    last = [style.name for style in finder.find(Wanted(sorting=Sorting.LAST_USED))]
    assert last == ["Film", "Evening", "Warm portrait", "Cool"]


def test_own_order(library: StyleLibrary, styles: dict[str, Style]) -> None:
    ids = {style.name: style.id for style in library.list()}
    library.move(ids["Warm portrait"], ids["Evening"])
    assert names(library) == ["Warm portrait", "Evening", "Film", "Cool"]
    library.move(ids["Evening"], None)
    assert names(library) == ["Warm portrait", "Film", "Cool", "Evening"]
    library.move(ids["Cool"], ids["Film"])
    assert names(library) == ["Warm portrait", "Cool", "Film", "Evening"]
    make(library, "Newer", OLDEST)
    assert names(library)[0] == "Newer", "what has never been moved comes first"


def test_two_windows_that_move_styles_at_once_lose_nothing(library: StyleLibrary, styles: dict[str, Style]) -> None:
    other = StyleLibrary(library.folder, builtin=library._builtin)
    ids = {style.name: style.id for style in library.list()}
    other.marks()  # what the other window shows is older than what it changes
    library.move(ids["Warm portrait"], ids["Evening"])
    other.move(ids["Cool"], ids["Film"])
    other.set_favorite(ids["Film"], True)
    assert names(library) == names(other) == ["Warm portrait", "Evening", "Cool", "Film"]
    assert library.marks().of(ids["Film"]).favorite


def _tag(folder: Path, builtin: Path, style_id: str) -> None:
    StyleLibrary(folder, builtin).note_use(style_id)


def test_processes_wait_for_each_other(library: StyleLibrary, styles: dict[str, Style]) -> None:
    film = styles["Film"].id
    context = multiprocessing.get_context("spawn")
    running = [context.Process(target=_tag, args=(library.folder, library._builtin, film)) for _ in range(3)]
    for process in running:
        process.start()
    for process in running:
        process.join()
        assert process.exitcode == 0
    assert library.marks().of(film).uses == 3


@pytest.mark.parametrize(
    "content",
    [
        "{",
        '{"format": 1, "styles": {"a": {"uses": -1}}}',
        '{"format": 1, "styles": {"a": {"tags": 5}}}',
        '{"format": 1, "order": "abc"}',
        '{"format": 1, "unknown": 1}',
        '{"format": "one"}',
        "[" * 100_000,
    ],
)
def test_a_damaged_file_is_set_aside_and_costs_no_style(
    library: StyleLibrary, styles: dict[str, Style], content: str
) -> None:
    place = library.folder / FILE_NAME
    place.write_text(content)
    assert library.marks() == LibraryMarks()
    (problem,) = library.take_problems()
    assert "damaged" in problem
    assert not place.exists()
    assert [entry.read_text() for entry in library.folder.glob(f"{FILE_NAME}.damaged-*")] == [content]
    place.write_text(content)
    library.set_favorite(styles["Film"].id, True)
    assert library.marks().of(styles["Film"].id).favorite
    assert len(library.list()) == 4


def test_a_file_of_a_newer_version_is_left_alone(library: StyleLibrary, styles: dict[str, Style]) -> None:
    place = library.folder / FILE_NAME
    place.write_text(json.dumps({"format": 2, "styles": {"x": 1}}))
    before = place.read_bytes()
    assert library.marks() == LibraryMarks()
    assert "newer version" in library.take_problems()[0]
    with pytest.raises(StyleError, match="newer version"):
        library.set_favorite(styles["Film"].id, True)
    assert place.read_bytes() == before


def test_what_was_read_is_remembered_until_it_changes(
    library: StyleLibrary, styles: dict[str, Style], monkeypatch: pytest.MonkeyPatch
) -> None:
    from pie_desktop.styles import reader

    read: list[Path] = []
    original = reader.read_document
    monkeypatch.setattr(reader, "read_document", lambda folder: (read.append(folder), original(folder))[1])
    library.list()
    read.clear()
    assert len(library.list()) == 4
    assert library.get(styles["Film"].id).name == "Film"
    assert read == []
    StyleLibrary(library.folder, builtin=library._builtin).rename(styles["Film"].id, "Grain")
    read.clear()
    assert "Grain" in [style.name for style in library.list()]
    assert [folder.name for folder in read] == [styles["Film"].id]
