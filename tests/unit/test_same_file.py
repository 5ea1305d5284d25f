"""One photo under several spellings of its path is one photo."""

import os
import shutil
from pathlib import Path

import pytest

from pie_desktop.commands.arguments import photos_in
from pie_desktop.edit.versions import PhotoVersion
from pie_desktop.export.sources import expand_sources
from pie_desktop.imaging.listing import distinct_files


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_a_photo_counts_once_however_its_path_is_spelt(photo_folder: Path, tmp_path: Path) -> None:
    photo = photo_folder / "coffee.jpg"
    link = tmp_path / "link.jpg"
    link.symlink_to(photo)
    folder_link = tmp_path / "folder"
    folder_link.symlink_to(photo_folder)
    spellings = [photo, link, folder_link / photo.name, photo_folder / ".." / photo_folder.name / photo.name]
    assert expand_sources(spellings) == [PhotoVersion(photo)]
    assert photos_in(spellings) == [photo]


def test_two_names_of_one_file_are_two_photos(photo_folder: Path) -> None:
    photo, copy = photo_folder / "coffee.jpg", photo_folder / "mine.jpg"
    os.link(photo, copy)
    assert distinct_files([photo, copy, photo]) == [photo, copy]


def test_what_is_not_there_stays_to_be_reported(tmp_path: Path) -> None:
    gone = tmp_path / "gone.jpg"
    assert distinct_files([gone, gone, tmp_path / "other.jpg"]) == [gone, tmp_path / "other.jpg"]


def test_a_folder_can_be_exported_into_the_folder_that_it_lies_in(photo_folder: Path) -> None:
    assert len(photos_in([photo_folder], except_in=photo_folder.parent)) == 4
    results = photo_folder / "results"
    results.mkdir()
    shutil.copy(photo_folder / "coffee.jpg", results)
    assert len(photos_in([photo_folder], recursive=True, except_in=results)) == 4
