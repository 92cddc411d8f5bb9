"""Sheets of faces of one KL weight: reconstructions, samples, interpolations, traversals, the plane of two latents."""

import os

import numpy as np

from experiments.vae.figures.sheet import GAP, MARGIN, extent, picture_sheet, scale_for, tile
from experiments.vae.saved import SavedVae
from experiments.vae.words import name, nats, rounded, whole_percent
from vae.diagnostics import SAME_PICTURE, diversity, psnr, rms_distance

SHOWN_SIDE = 112  # approximate side of an enlarged picture, in screen pixels
LABEL = 110  # width of the row labels, in screen pixels
LETTERS = 22  # height of a line of small text
BAND = 22  # gap between two bands of pictures
SAMPLE_ROWS = 4  # of eight draws from the prior, in each grid
SAMPLE_GRIDS = {
    "samples": "as trained:\nz drawn from\nN(0, I)",
    "samples_mapped": "the same\ndraws\nthrough the\nlinear map",
}
ROW = 8  # pairs of original and reconstruction per row

Path = str | os.PathLike[str]


def plot_reconstructions(run: SavedVae, weight: float, path: Path) -> None:
    """Held-out faces above, their reconstructions below, and the error of each."""
    arrays = run.snapshot(weight)
    scale, side = _scale(run)
    originals, back = arrays["originals"], arrays["reconstructions"]
    bands = [slice(i, i + ROW) for i in range(0, len(originals), ROW)]
    band = extent(2, side) + LETTERS + BAND
    size = LABEL + extent(min(ROW, len(originals)), side), band * len(bands) - BAND
    note = "Above: held-out faces. Below: each decoded from its posterior mean."
    with picture_sheet(path, *size, reconstructions_finding(run, weight), note, drawn=run.drawn) as (page, top):
        left = MARGIN + LABEL
        for i, part in enumerate(bands):
            y = top + i * band
            page.picture(left, y, tile(np.stack([originals[part], back[part]]), scale))
            page.row_label(left - 8, y, side, run.kind)
            page.row_label(left - 8, y + side + GAP, side, "reconstructed")
            for column, decibels in enumerate(psnr(np.square(rms_distance(originals[part], back[part])))):
                x = left + column * (side + GAP) + side / 2
                page.words(x, y + extent(2, side) + 4, f"{decibels:.1f}", ha="center")
            page.row_label(left - 8, y + extent(2, side) + 4, LETTERS - 8, "PSNR (dB)")


def reconstructions_finding(run: SavedVae, weight: float) -> str:
    mse, bar = run.final(weight, "mse"), run.pca
    if run.kept_variety(weight) < SAME_PICTURE:
        start = f"{name(weight)}: nearly the same picture for every face"
    else:
        start = f"{name(weight)}: reconstructions of held-out faces"
    if not np.isfinite(mse):
        return start
    error = f"{start}; MSE {mse:.4f}, PSNR {run.final(weight, 'psnr'):.1f} dB"
    if bar is None:
        return error
    level = f"{mse:.4f}" == f"{bar.mse:.4f}"
    beside = "as good as" if level else "better than" if mse < bar.mse else "worse than"
    return f"{error} ({beside} PCA with {bar.components} components, {bar.mse:.4f})"


def plot_samples(run: SavedVae, weight: float, path: Path) -> None:
    """The same draws from the prior, decoded as trained and through the linear map; the nearest training faces."""
    arrays = run.snapshot(weight)
    scale, side = _scale(run)
    mapped, nearest = arrays["samples_mapped"], arrays["nearest"]
    count = len(nearest)
    grid, height = slice(8 * SAMPLE_ROWS), extent(SAMPLE_ROWS, side)
    size = LABEL + extent(8, side), 2 * (height + BAND) + LETTERS + extent(2, side) + LETTERS
    note = "The same draws for every KL weight. Below, to check for copies: nearest training faces, mirrored or not."
    with picture_sheet(path, *size, samples_finding(run, weight), note, drawn=run.drawn) as (page, top):
        left, y = MARGIN + LABEL, top
        for key, label in SAMPLE_GRIDS.items():
            page.picture(left, y, tile(arrays[key][grid].reshape(SAMPLE_ROWS, 8, *mapped.shape[1:]), scale))
            page.row_label(left - 8, y, height, label)
            y += height + BAND
        y += LETTERS
        page.picture(left, y, tile(np.stack([mapped[:count], nearest]), scale))
        page.row_label(left - 8, y, side, "through the\nmap, first row")
        page.row_label(left - 8, y + side + GAP, side, "nearest\ntraining face")
        for column, distance in enumerate(run.nearest_distances(weight)[:count]):
            x = left + column * (side + GAP) + side / 2
            page.words(x, y + extent(2, side) + 4, f"{distance:.2f}", ha="center")
        page.row_label(left - 8, y + extent(2, side) + 4, LETTERS - 8, "RMS distance")


def samples_finding(run: SavedVae, weight: float) -> str:
    facts = run.verdicts.get(weight)
    start = f"{name(weight)}: draws from the prior"
    plain, mapped, floor = (run.final(weight, f"frechet_{key}") for key in ("as_trained", "mapped", "floor"))
    if np.isfinite(mapped):
        saved = run.final(weight, "kl") - run.final(weight, "kl_mapped")
        return (
            f"{start}, Frechet distance {rounded(plain)}; through the linear map {rounded(mapped)} "
            f"(other {run.kind} faces {rounded(floor)}), and the map saves {nats(max(saved, 0.0))}"
        )
    if not facts or not facts["diversity_training"]:
        return start
    share = facts["diversity_samples"] / facts["diversity_training"]
    return f"{start}; they vary {whole_percent(share)} as much as training faces"


def plot_interpolations(run: SavedVae, weight: float, path: Path) -> None:
    """Straight lines between the encodings of two real faces, these at the ends; arcs between draws of the prior."""
    arrays = run.snapshot(weight)
    scale, side = _scale(run)
    pairs, steps = arrays["pairs"], arrays["interpolations"].shape[1]
    arcs = arrays["prior_paths"]
    apart = 2 * BAND  # gap between a real face and the decoded ones
    line, heights = extent(steps, side), (extent(len(pairs), side), extent(len(arcs), side))
    size = LABEL + 2 * (side + apart) + line, LETTERS + heights[0] + BAND + LETTERS + heights[1]
    note = f"The outer faces are {run.kind} and held out; between them, decoded points on the line between their codes."
    with picture_sheet(path, *size, interpolations_finding(run, weight), note, drawn=run.drawn) as (page, top):
        left, y = MARGIN + LABEL, top + LETTERS
        middle, right = left + side + apart, left + side + 2 * apart + line
        page.column_labels(left, y - 4, side, [f"{run.kind} A"])
        page.column_labels(middle, y - 4, side, _steps(steps))
        page.column_labels(right, y - 4, side, [f"{run.kind} B"])
        page.picture(left, y, tile(pairs[:, :1], scale))
        page.picture(middle, y, tile(arrays["interpolations"], scale))
        page.picture(right, y, tile(pairs[:, 1:], scale))
        page.row_label(left - 8, y, heights[0], "straight line\nbetween two\ncodes")
        y += heights[0] + BAND + LETTERS
        page.picture(middle, y, tile(arcs, scale))
        page.row_label(middle - apart / 2, y, heights[1], "arc between two draws\nfrom the prior")
        page.column_labels(middle, y - 4, side, _steps(steps))


def _steps(count: int) -> list[str]:
    return [f"t = {t:.3g}" if t in (0, 1) else f"{t:.3g}" for t in np.linspace(0, 1, count)]


def interpolations_finding(run: SavedVae, weight: float) -> str:
    share = run.distance_travelled(weight)
    what = "hardly anything changes" if share < SAME_PICTURE else "through the latent space"
    start = f"{name(weight)}: from one {run.kind} face to another {what}"
    return f"{start}; the decoded ends differ {whole_percent(share)} as much as the {run.kind} faces"


def plot_traversals(run: SavedVae, weight: float, path: Path) -> None:
    """One row for each of the main axes of the codes: a code is moved along it from -3 to 3 standard deviations."""
    arrays = run.snapshot(weight)
    scale, side = _scale(run)
    pictures, shares = arrays["traversals"], arrays["traversal_shares"]
    values = np.linspace(-3, 3, pictures.shape[1])
    size = LABEL + extent(len(values), side), LETTERS + extent(len(pictures), side)
    note = "The code of one held-out face, moved along the main axes of all codes; in standard deviations of the codes."
    with picture_sheet(path, *size, traversals_finding(run, weight), note, drawn=run.drawn) as (page, top):
        left, y = MARGIN + LABEL, top + LETTERS
        page.column_labels(left, y - 4, side, [f"{value:+.3g}".replace("-", "−") if value else "0" for value in values])
        page.picture(left, y, tile(pictures, scale))
        for row, share in enumerate(shares):
            words = f"axis {row + 1}\n{whole_percent(float(share))} of the\ncodes' variance"
            page.row_label(left - 8, y + row * (side + GAP), side, words)


def traversals_finding(run: SavedVae, weight: float) -> str:
    arrays = run.snapshot(weight)
    change = rms_distance(arrays["traversals"][:, 0], arrays["traversals"][:, -1])
    largest = int(change.argmax())
    return (
        f"{name(weight)}: what the code's main axes do; axis {largest + 1} changes the picture most "
        f"(RMS {rounded(float(change[largest]))} from end to end)"
    )


def plot_manifold(run: SavedVae, weight: float, path: Path) -> None:
    """The plane of a model with two latents, at evenly spaced quantiles of the prior."""
    manifold = run.snapshot(weight)["manifold"]
    scale = scale_for(run.image_size, SHOWN_SIDE // 2)
    picture = tile(manifold, scale, gap=1)
    size = LABEL + picture.shape[1], picture.shape[0] + LETTERS
    finding = f"{name(weight)}: the whole plane of two latent units"
    if diversity(manifold.reshape(-1, *manifold.shape[2:])) == 0:
        finding += ", the same picture everywhere"
    note = "Points at evenly spaced quantiles of the prior: each picture stands for the same share of its draws."
    with picture_sheet(path, *size, finding, note, drawn=run.drawn) as (page, top):
        page.picture(MARGIN + LABEL, top, picture)
        page.row_label(MARGIN + LABEL - 8, top, picture.shape[0], "unit 1, from\nlow (below)\nto high")
        middle = MARGIN + LABEL + picture.shape[1] / 2
        page.words(middle, top + picture.shape[0] + 4, "unit 0, from low to high", ha="center")


def _scale(run: SavedVae) -> tuple[int, int]:
    """The integer factor of enlargement, and the side in screen pixels that it gives."""
    scale = scale_for(run.image_size, SHOWN_SIDE)
    return scale, scale * run.image_size
