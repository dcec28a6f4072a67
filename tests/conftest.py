"""Snapshots: one readable file for each case, with its natural extension, in the folder `snapshots/`.

Properties are tried with 100 examples, or with a share of that where an example takes long, the same ones each time;
with `HYPOTHESIS_PROFILE=long` in the environment there are 5,000 of them, and always others. How long a machine takes
to make examples, and how large they are, fails no property.
"""

import gc
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

COSTS = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example)
settings.register_profile("same", derandomize=True, deadline=None, suppress_health_check=COSTS)
settings.register_profile("long", max_examples=5_000, deadline=None, suppress_health_check=COSTS)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or "same")


def pytest_collection_finish() -> None:
    """Thousands of tests are kept until the end: no collection need look through them again and again."""
    gc.collect()
    gc.freeze()


SNAPSHOTS = Path(__file__).parent.parent / "snapshots"


class _ReadableFile(SingleFileSnapshotExtension):
    """`snapshots/NAME.EXTENSION`, compared as text."""

    _write_mode = WriteMode.TEXT

    @classmethod
    def dirname(cls, *, test_location):
        return str(SNAPSHOTS)

    @classmethod
    def get_snapshot_name(cls, *, test_location, index=0):
        return str(index)


def _extension(suffix: str) -> type[_ReadableFile]:
    return type(f"{suffix.title()}File", (_ReadableFile,), {"file_extension": suffix})


class Snapshots:
    """`snapshots("lez5", "md", text)` asserts that the text is that of `snapshots/lez5.md`."""

    def __init__(self, snapshot: SnapshotAssertion) -> None:
        self._snapshot = snapshot

    def __call__(self, name: str, suffix: str, text: str) -> None:
        assert self._snapshot(name=name, extension_class=_extension(suffix)) == text


@pytest.fixture
def snapshots(snapshot: SnapshotAssertion) -> Snapshots:
    return Snapshots(snapshot)


@pytest.fixture(scope="session")
def state_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(autouse=True)
def _no_state_of_the_machine(state_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What commands keep in a test is kept apart from what the user of this machine has."""
    monkeypatch.setenv("XDG_STATE_HOME", str(state_folder))


@pytest.fixture(autouse=True)
def _no_language_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """What commands write in a test does not depend on where it runs."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
