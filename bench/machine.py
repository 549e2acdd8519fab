"""What the figures were measured on."""

import os
import platform
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

PAGE = bytes(8192)


@dataclass(frozen=True, slots=True)
class Machine:
    """``memory`` in GiB; ``sync_median`` and ``sync_p99`` in ms, of writing 8 KiB and fdatasync."""

    cores: int
    processor: str
    memory: float
    load: float
    postgresql: str
    python: str
    sync_median: float
    sync_p99: float

    def __str__(self) -> str:
        return (
            f"{self.cores} cores ({self.processor}), {self.memory:.0f} GiB memory, "
            f"load {self.load:.1f} before the run, PostgreSQL {self.postgresql}, "
            f"Python {self.python}, fdatasync of 8 KiB {self.sync_median:.2f} ms "
            f"(p99 {self.sync_p99:.2f} ms)"
        )


def describe(folder: Path, postgresql: str) -> Machine:
    """``folder`` is on the disk that matters; ``postgresql`` is the server's version."""
    waits = sync_times(folder)
    return Machine(
        cores=os.cpu_count() or 1,
        processor=_processor(),
        memory=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30,
        load=os.getloadavg()[0],
        postgresql=postgresql,
        python=platform.python_version(),
        sync_median=statistics.median(waits),
        sync_p99=statistics.quantiles(waits, n=100)[98],
    )


def sync_times(folder: Path, count: int = 400) -> list[float]:
    """Milliseconds that a page takes to the disk, ``count`` times in a row."""
    path = folder / "sync"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
    try:
        return [_sync(descriptor) for _ in range(count)]
    finally:
        os.close(descriptor)
        path.unlink()


def _sync(descriptor: int) -> float:
    began = time.perf_counter()
    os.write(descriptor, PAGE)
    os.fdatasync(descriptor)
    return (time.perf_counter() - began) * 1000


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except FileNotFoundError:
        return platform.processor() or platform.machine()
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def busy(seconds: float = 0.5) -> float:
    """The share of the processors that is at work, 0 to 1, watched for ``seconds``."""
    before = _ticks()
    time.sleep(seconds)
    worked, all_of_it = (after - each for after, each in zip(_ticks(), before, strict=True))
    return worked / all_of_it if all_of_it else 0.0


def _ticks() -> tuple[int, int]:
    """Of all processors since they started: at work, and in all. Zeros where nobody counts."""
    try:
        first = Path("/proc/stat").read_text().splitlines()[0]
    except FileNotFoundError:
        return 0, 0
    ticks = [int(word) for word in first.split()[1:9]]
    idle = ticks[3] + ticks[4]
    return sum(ticks) - idle, sum(ticks)
