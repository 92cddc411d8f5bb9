"""File operations that the system refuses: the disk is full or read-only, files are forbidden, too many, too large.

Each is told in one line with status 2, or got over; and once it is mended the run goes on and ends with the same bytes.
"""

import errno
import random
import shutil
import tempfile
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

from tests.torture.kills import measure
from tests.torture.operations import Watch, fail_at, watch
from tests.torture.process import Ended
from tests.torture.sample import Sample
from tests.torture.tally import Tally

LASTING = (errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EMFILE, errno.EDQUOT, errno.EFBIG)
PASSING = (errno.EIO, errno.EBUSY, errno.ENOMEM)


def torture(samples: list[Sample], tally: Tally, rng: random.Random, end: float) -> None:
    """Refuse operations until the time is over: one alone, or one and all after it."""
    operations = {sample.study: measure(sample)[0] for sample in samples}
    for sample in cycle(samples):
        error, lasting = rng.choice([*((e, True) for e in LASTING), *((e, False) for e in PASSING)])
        number, force, reads = rng.randrange(operations[sample.study]), rng.random() < 0.3, rng.random() < 0.5
        what = f"{sample.study}{' --force' * force}: {errno.errorcode[error]} at operation {number}"
        what += " and later" * lasting + ", reading counts" * reads

        def refuse(out: Path, number=number, error=error, lasting=lasting, reads=reads) -> Callable[[], None]:
            return lambda: watch(Watch(str(out.parent), fail_at(number, error, lasting), reads=reads))

        tally.note("faults", what, outcome(sample, refuse, force))
        if time.monotonic() > end:
            return


def outcome(sample: Sample, before: Callable[[Path], Callable[[], None]], force: bool) -> str:
    """Run with a fault, then without it; what is wrong with either."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder).resolve() / "runs" / sample.study
        if force:
            shutil.copytree(sample.folder, out)
        ended = sample.run(out, *["--force"] * force, before=before(out))
        return ended.complaint or mended(sample, out, ended)


def mended(sample: Sample, out: Path, faulty: Ended) -> str:
    """Continue a run without the fault that it had; what is wrong with either."""
    if faulty.status == 0 and (different := sample.difference(out)):
        return f"status 0, but {different}"
    ended = sample.run(out, "--resume")
    if ended.status:
        return f"cannot be resumed: {ended.err.strip()[-300:]} (it had said: {faulty.err.strip()[-200:]})"
    return sample.difference(out)
