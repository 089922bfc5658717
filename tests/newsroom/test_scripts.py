"""The scripts know each other one way only: of those that know each other both ways no name can be made of contents."""

import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.once
STATIC = Path(settings.BASE_DIR) / "static"


def imports_of(script: Path) -> set[Path]:
    named = re.findall(r'^import (?:[^"]* from )?"([^"]+)";', script.read_text(), re.MULTILINE)
    return {(script.parent / name).resolve() for name in named}


def test_no_two_scripts_import_each_other() -> None:
    known = {script.resolve(): imports_of(script) for script in STATIC.rglob("*.js")}
    assert len(known) > 10
    assert all(path.exists() for paths in known.values() for path in paths)
    # Raises CycleError and names them.
    list(TopologicalSorter(known).static_order())
