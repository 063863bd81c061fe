"""Content decides whose a file is: none is claimed twice, whatever the order of asking."""

from __future__ import annotations

import pytest

from gate.model.source import Source
from gate.pipeline.reading import candidates_for, load
from gate.readers import READERS, WORDS
from tests.parity.corpus import Folder, folders
from tests.parity.forms import FORMS, files


def claiming(path: str, text: str) -> list[str]:
    """Return the readers that claim a file of this name and content."""
    source = Source(path, text.encode())
    asked = [
        name
        for name in candidates_for(path.rpartition("/")[2])
        if name not in WORDS or any(word in source.data for word in WORDS[name])
    ]
    return [name for name in asked if load(name).claims(source)]


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.name)
def test_no_file_is_claimed_twice(folder: Folder) -> None:
    claimed = {path: claiming(path, text) for path, text in folder.files.items()}
    assert {path: readers for path, readers in claimed.items() if len(readers) > 1} == {}


def test_every_reader_claims_something() -> None:
    claimed = {one for folder in folders() for path, text in folder.files.items() for one in claiming(path, text)}
    assert claimed == set(READERS)


def test_every_file_of_a_form_is_claimed() -> None:
    for form, entry in FORMS.items():
        for strength in entry.strengths:
            for path, text in files(form, strength).items():
                assert claiming(path, text), f"{form}/{strength}/{path}"
