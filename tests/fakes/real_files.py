"""Where the real case files lie, for the few tests that want them. They are never part of this repository."""

import os
from pathlib import Path

import pytest

_SIBLING = Path(__file__).parents[2].parent / "shared" / "data"
SHARED_DATA = Path(os.environ.get("SHARED_DATA", _SIBLING))
COURSE = SHARED_DATA / "covid_19.csv"
JOHNS_HOPKINS = SHARED_DATA / "time_series_covid19_confirmed_global.csv"

needs_real_files = pytest.mark.skipif(
    not (COURSE.exists() and JOHNS_HOPKINS.exists()),
    reason=f"the real case files are not in {SHARED_DATA} (set SHARED_DATA to their folder)",
)

ANIME_FACES = SHARED_DATA / "anime_faces.zip"
needs_anime_faces = pytest.mark.skipif(
    not ANIME_FACES.exists(), reason=f"the real pictures are not in {SHARED_DATA} (set SHARED_DATA to their folder)"
)
