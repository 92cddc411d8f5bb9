"""The comparisons as text: one line each for the log, the CSV file, the Markdown table and the summary."""

import csv
import io
from collections.abc import Mapping, Sequence
from math import exp, isnan, log

from .comparison import Comparison
from .timing import Ratio

COLUMNS = (
    *("work", "peer", "threads", "ratio", "ratio_low", "ratio_high"),
    *("ours_ms", "peer_ms", "gemm_share", "peak_mb_ours", "peak_mb_peer"),
)
NAMES = {"torch": "PyTorch", "mygrad": "MyGrad", "hips": "HIPS autograd", "jax": "JAX"}
MIN_MB = 1.0  # MB; smaller peaks depend on how much free space the heap happens to have
MIN_BUSY = 0.9  # warn when the process had a core for less than this share of the time


def name_of(peer: str) -> str:
    """The name of a peer as its authors write it."""
    return NAMES.get(peer, peer)


def line(c: Comparison) -> str:
    """One comparison as one line of the log."""
    text = f"{c.work.name:22} {c.threads}T  ours {_time(c.ours_ms):>10}, products {100 * c.gemm_share:3.0f} %"
    if c.peer:
        settings = f" ({c.settings})" if c.settings else ""
        text += f"  {name_of(c.peer)} {_time(c.peer_ms):>10}  ratio {_spread(c.ratio)}{settings}"
    busy = f"  [had a core {100 * c.busy:.0f} % of the time]" if c.busy < MIN_BUSY else ""
    return text + busy


def heading(facts: Mapping[str, str]) -> list[str]:
    """What the numbers depend on, a line each."""
    return [f"- {name}: {value}" for name, value in facts.items()]


def csv_text(comparisons: Sequence[Comparison]) -> str:
    """The table with exactly the columns `COLUMNS`; unknown values are empty."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for c in comparisons:
        numbers = (*c.ratio, c.ours_ms, c.peer_ms, c.gemm_share, c.peak_mb_ours, c.peak_mb_peer)
        writer.writerow([c.work.name, c.peer, c.threads, *("" if isnan(x) else f"{x:.4g}" for x in numbers)])
    return buffer.getvalue()


def markdown(comparisons: Sequence[Comparison], heading: Sequence[str]) -> str:
    """A Markdown table: one row for each autoencoder, one row for each other family of works.

    Args:
        heading: the machine and the versions that the numbers depend on, one line each.
    """
    lines = [
        "| training step | threads | against | time, ratio | ours | theirs | in matrix products | memory, ratio |",
        "|---|---:|---|---:|---:|---:|---:|---:|",
    ]
    for group in _groups(comparisons):
        lines.append(_single(group[0]) if len(group) == 1 else _family(group))
    return "\n".join([*heading, "", *lines]) + "\n"


def summary(comparisons: Sequence[Comparison]) -> str:
    """The geometric mean and the worst ratio of each family that has several works."""
    lines = []
    for group in _groups(comparisons):
        if len(group) > 1 and group[0].peer:
            worst = max(group, key=lambda c: c.ratio.median)
            mean = geometric_mean([c.ratio.median for c in group])
            lines.append(
                f"{worst.work.family}, {len(group)} works, {worst.threads}T, against {name_of(worst.peer)}: "
                f"geometric mean {mean:.2f}, worst {worst.ratio.median:.2f} ({worst.work.name})"
            )
    return "\n".join(lines)


def geometric_mean(values: Sequence[float]) -> float:
    """The right mean for ratios: half the time and twice the time average to 1."""
    return exp(sum(map(log, values)) / len(values))


def _groups(comparisons):
    """The comparisons of each row. A row has one family, one peer and one number of threads; a work with a title has
    its own row."""
    groups: dict[tuple, list[Comparison]] = {}
    for c in comparisons:
        own = c.work.name if c.work.title else ""
        groups.setdefault((c.work.family, own, c.threads, c.peer), []).append(c)
    return list(groups.values())


def _single(c):
    cells = [c.work.title or c.work.family, str(c.threads), name_of(c.peer), _bold_ratio(c.ratio)]
    cells += [
        _time(c.ours_ms),
        "" if isnan(c.peer_ms) else _time(c.peer_ms),
        f"{100 * c.gemm_share:.0f} %",
        _memory([c]),
    ]
    return f"| {' | '.join(cells)} |"


def _family(group):
    first, ratios = group[0], [c.ratio.median for c in group]
    time = f"**{geometric_mean(ratios):.2f}** (worst {max(ratios):.2f})" if first.peer else ""
    share = f"{100 * sum(c.gemm_share for c in group) / len(group):.0f} %"
    title = f"{first.work.family}, {len(group)} sizes"
    return f"| {title} | {first.threads} | {name_of(first.peer)} | {time} | | | {share} | {_memory(group)} |"


def _memory(group):
    """The geometric mean of our peak over theirs, among works whose peaks are large enough to measure."""
    large = [c for c in group if c.peak_mb_ours >= MIN_MB and c.peak_mb_peer >= MIN_MB]  # nan drops out
    return f"{geometric_mean([c.peak_mb_ours / c.peak_mb_peer for c in large]):.2f}" if large else ""


def _bold_ratio(r: Ratio) -> str:
    return "" if isnan(r.median) else f"**{r.median:.2f}** ({r.low:.2f} to {r.high:.2f})"


def _spread(r: Ratio) -> str:
    return f"{r.median:.2f} ({r.low:.2f} to {r.high:.2f})"


def _time(milliseconds: float) -> str:
    if milliseconds < 0.1:
        return f"{1e3 * milliseconds:.2f} us"
    return f"{milliseconds:.2f} ms" if milliseconds < 10 else f"{milliseconds:.0f} ms"
