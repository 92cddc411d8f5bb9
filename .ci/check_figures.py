"""Fail if a figure of a run is missing, unreadable or blank.

python .ci/check_figures.py RUNS      RUNS contains the run folders rnn/ and vae/
"""

import sys
from pathlib import Path

import imageio.v3 as imageio

EXPECTED = {
    "rnn": [
        "figures/calibration.png",
        "figures/confusion.png",
        "figures/correlation_all.png",
        "figures/correlation_dozen.png",
        "figures/curves_country.png",
        "figures/curves_random.png",
        "figures/curves_time.png",
        "figures/headline.png",
        "figures/lengths.png",
        "figures/threshold.png",
        "world_map.png",
    ],
    "vae": [
        "figures/architecture.png",
        "figures/comparison.png",
        "figures/factors.png",
        "figures/kl_per_unit.png",
        "figures/learning_curve.png",
        *[
            f"figures/{what}_kl_{weight}.png"
            for what in ("learning_curve", "reconstructions", "samples", "interpolation", "traversal")
            for weight in (1, 100, 0)
        ],
        "samples.gif",
    ],
}
MIN_SPREAD = 5  # standard deviation of the pixels, 0 to 255; a blank figure is near 0


def complaint(path: Path) -> str | None:
    if not path.is_file():
        return "missing"
    try:
        pixels = imageio.imread(path)
    except Exception as error:  # the decoders raise many types; each means that the picture is unreadable
        return f"unreadable: {error}"
    return "blank" if pixels[..., :3].std() < MIN_SPREAD else None


def main(runs: Path) -> int:
    paths = [runs / study / name for study, names in EXPECTED.items() for name in names]
    found = {path: complaint(path) for path in paths}
    for path, what in found.items():
        if what:
            print(f"figure {path}: {what}", file=sys.stderr)
    print(f"{sum(what is None for what in found.values())} of {len(found)} figures exist and are not blank")
    return int(any(found.values()))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
