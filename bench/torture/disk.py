"""A disk that is full while workers post, and has room again afterwards."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections

from bench.cluster import unprivileged
from bench.torture import journal, posters, workers, workload
from bench.torture.arena import Arena, await_that
from bench.torture.outcome import Unavailable

SIZE = 64 << 20
"""Bytes of the small disk: an empty database and its rest."""
LEFT = {"sqlite": 400 << 10, "postgresql": 200 << 10}
"""Bytes that are left to fill. SQLite writes twice: into its log first."""
POTS = 10


def full(arena: Arena) -> None:
    """Workers post until nothing fits any more, and for a while after that.

    What was refused for want of room has left nothing; with room again, work goes on.
    """
    place = arena.notes.parent / "small"
    with _small_disk(place):
        arena.store.fresh(place)
        try:
            _fill_and_go_on(arena, place / "filler")
        finally:
            arena.store.drop()


def _fill_and_go_on(arena: Arena, filler: Path) -> None:
    codes = workload.pots(POTS)
    arena.open(codes)
    jobs = [
        arena.job(f"w{n}", posters.service, workload.transfers(f"w{n}", codes), stubborn=True)
        for n in range(arena.hands)
    ]
    connections.close_all()
    _fill(filler, LEFT[arena.store.engine])
    with workers.crew(jobs) as crew:
        await_that(lambda: _refused(arena) >= arena.repeats)
        filler.unlink()
        arena.await_acks(arena.repeats)
        workers.kill(crew)
    arena.settle(most=arena.hands)
    arena.audit()
    arena.outcome.expect_some("refused for want of room", _refused(arena))


def _refused(arena: Arena) -> int:
    return journal.read(arena.notes).reasons["disk_full"]


def _fill(filler: Path, left: int) -> None:
    """Leave ``left`` bytes."""
    room = os.statvfs(filler.parent)
    filler.write_bytes(bytes(max(0, room.f_bavail * room.f_frsize - left)))


@contextmanager
def _small_disk(place: Path) -> Iterator[None]:
    """:raises Unavailable: nobody lets us mount one."""
    if os.geteuid() != 0 or not shutil.which("mount"):
        raise Unavailable("needs root, to mount a small file system")
    place.mkdir()
    options = f"size={SIZE},uid={unprivileged().pw_uid},mode=700"
    command = ["mount", "-t", "tmpfs", "-o", options, "torture", str(place)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # ours
    try:
        if mounted.returncode:
            raise Unavailable(f"needs a small file system: {mounted.stderr.strip()}")
        yield
        subprocess.run(["umount", str(place)], check=True)  # noqa: S603, S607  # as above
    finally:
        subprocess.run(["umount", "--quiet", "--lazy", str(place)], check=False)  # noqa: S603, S607  # as above
        place.rmdir()
