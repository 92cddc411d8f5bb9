"""Problem 2 on the page: what each of its items asked, and which figures and numbers of the run answer it."""

from dataclasses import replace
from pathlib import Path

from data.atomic import visible_files
from experiments.markdown import table
from experiments.page.facts import command_of, data_facts, run_facts
from experiments.page.study import (
    Folded,
    Gallery,
    Highlights,
    Item,
    Part,
    Study,
    discussion,
    figures_in,
    link_discussion,
)
from experiments.prose import escaped
from experiments.vae.dial import dial
from experiments.vae.explorer import explorer
from experiments.vae.saved import SavedVae
from experiments.vae.sheets import interpolations, reconstructions, samples, traversals
from experiments.vae.story import story
from experiments.vae.tables import latent_table, layers_table, linear_table, metrics_table
from experiments.vae.words import name, rounded, times, title

KINDS = {  # of figures that are drawn once for each weight
    "learning_curve": (
        "Curves of the negative ELBO, the reconstruction term and the KL term by epoch, training and held-out",
        "Learning curve in nats per image; the two terms on their own panels.",
    ),
    "reconstructions": (
        "Rows of faces: held-out originals, and below each its reconstruction",
        "Held-out faces above, their reconstructions below.",
    ),
    "samples": (
        "A grid of faces decoded from draws of the standard normal prior",
        "Draws of the prior, decoded; the draws are the same for every weight.",
    ),
    "interpolation": (
        "Rows of faces that change step by step from one real face to another",
        "From the latent code of one held-out face to that of another; the real faces stand at the ends.",
    ),
    "traversal": (
        "Rows of faces: a code moved along one main axis of all codes in each",
        "A code moved along the main axes of all codes.",
    ),
}
SHEETS = {
    "reconstructions": reconstructions,
    "samples": samples,
    "interpolation": interpolations,
    "traversal": traversals,
}
OF_A_WEIGHT = ("learning_curve", "reconstructions", "samples", "interpolation")  # items ii to v
TIMES_100, TIMES_0 = 100.0, 0.0
DISCUSSED = {  # headings of discussion.md by item, as shell patterns
    "ii": ("Two costs, one trade", "Training and held-out faces"),
    "iii": ("Is it better than a linear code?",),
    "iv": ("What comes out of the prior",),
    "vi": ("×100:*",),
    "vii": ("×0:*",),
}


def study(folder: Path) -> Study:
    """Read a finished run folder of problem 2."""
    run = SavedVae.open(folder)
    figures = figures_in(folder)
    items = (
        _preparation(run, figures),
        *_plain_weight(run, figures),
        _other_weight(run, figures, "vi", TIMES_100),
        _other_weight(run, figures, "vii", TIMES_0),
        _discussion(run, figures),  # last: it takes the figures that are left
    )
    return Study(
        name="vae",
        command=command_of(run.config, "vae"),
        facts=_facts(run),
        story=story(run),
        highlights=_highlights(run),
        stamp="Drawn faces: pictures that this program drew, not a collected data set." if run.drawn else "",
        notes=tuple(run.config.get("notes", [])),
        items=link_discussion(items, DISCUSSED),
        tables=tuple(visible_files(folder, "*.csv")),
    )


def _facts(run: SavedVae) -> tuple[tuple[str, str], ...]:
    data, config = run.config["data"], run.config
    weights = ", ".join(times(weight) for weight in run.weights)
    return (
        *data_facts(data),
        ("Images", f"{data['training']:,} to train on, {data['held_out']:,} held out, {_side(run)} pixels"),
        ("Model", f"{run.latent} latent units, {run.likelihood} likelihood, KL term {weights}"),
        ("Trained", f"{config.get('epochs', '?')} epochs for each weight, seed {config.get('seed', '?')}"),
        *run_facts(config),
    )


def _highlights(run: SavedVae) -> tuple[Highlights, ...]:
    numbers = [(rounded(run.final(weight, "neg_elbo")), title(run, weight)) for weight in run.weights]
    return (Highlights("Negative ELBO on held-out images, nats per image, unweighted", tuple(numbers)),)


def _preparation(run: SavedVae, figures: Gallery) -> Item:
    data = run.config["data"]
    prepared = (
        f"The faces are drawn at {_side(run)} pixels, so there is nothing to crop."
        if run.drawn
        else f"The middle square of every picture is cut out and resized to {_side(run)} pixels with anti-aliasing."
    )
    prepared += " Pixels are kept as bytes and scaled to [0, 1] batch by batch."
    if run.config.get("mirror"):
        prepared += " To train on, about half of them are mirrored, left for right, others in each epoch."
    parts: list[Part] = [prepared]
    parts += figures.take(
        "preprocessing",
        "Some pictures in three stages: the original, its centre crop, the crop resized",
        "From a picture file to the input of the network.",
    )
    skipped = [[escaped(str(name)), escaped(str(reason))] for name, reason in data.get("skipped") or []]
    if skipped:
        parts.append(Folded(f"Pictures left out: {len(skipped)}", table(["file", "reason"], skipped, "ll")))
    parts.append(
        "The encoder halves the side of the picture with each strided convolution and ends in the mean and the "
        "log-variance of every latent unit; the decoder goes the same way back with transposed convolutions."
    )
    parts += figures.take(
        "architecture", "The layers of encoder and decoder as boxes, with shapes and parameters", "The network."
    )
    parts += _present(layers_table(run))
    return Item(
        "i", "Preprocessing and network architecture",
        "Describe in detail how to preprocess the images, and design the network architecture.", tuple(parts),
    )  # fmt: skip


def _plain_weight(run: SavedVae, figures: Gallery) -> tuple[Item, ...]:
    """Items ii to v: the bound itself."""
    weight = run.reference
    curve = (*_pictures(run, figures, "learning_curve", weight), *_present(metrics_table(_only(run, weight))))
    reconstructions = (*_pictures(run, figures, "reconstructions", weight), *_present(_errors(run)))
    film = figures.take(
        "samples",
        "An animation: the same draws of the prior, decoded after every epoch",
        "The same draws after every epoch.",
    )
    samples = (*_pictures(run, figures, "samples", weight), *film)
    return (
        Item("ii", "Learning curve", "Plot the learning curve of the negative evidence lower bound (ELBO).", curve),
        Item("iii", "Reconstructions", "Show some examples reconstructed by the model.", reconstructions),
        Item("iv", "Samples of the prior", "Sample the prior p(z) and synthesize examples from the codes z.", samples),
        Item(
            "v", "Interpolation between two real images",
            "Show the images synthesized from interpolations of the two latent codes of two real images.",
            tuple(_pictures(run, figures, "interpolation", weight)),
        ),
    )  # fmt: skip


def _other_weight(run: SavedVae, figures: Gallery, numeral: str, weight: float) -> Item:
    """Items vi and vii: everything again with another weight."""
    task = f"Multiply the KL term by {weight:g} in the loss and repeat ii to v."
    heading = f"The KL term times {weight:g}"
    if weight not in run.weights:
        return Item(numeral, heading, task, ("This run was made without this weight; see its `--kl-weights`.",))
    pictures = [picture for kind in OF_A_WEIGHT for picture in _pictures(run, figures, kind, weight)]
    numbers = metrics_table(_only(run, run.reference, weight))
    return Item(numeral, heading, task, (*pictures, *_present(numbers)))


def _discussion(run: SavedVae, figures: Gallery) -> Item:
    parts: list[Part] = []
    side_by_side = figures.take(
        "comparison",
        "A column for each weight of the KL term: learning curve, reconstructions, samples, interpolations, KL by unit",
        "All weights side by side.",
    )
    if not any(run.has_snapshot(weight) for weight in run.weights):
        parts += side_by_side  # else its faces stand above, weight by weight
    curve = figures.take(
        "rate_distortion",
        "Squared error against the length of the code: a marker for each weight, a line for the best linear codes",
        "Rate and distortion, beside the best linear code of any length.",
    )
    turned = dial(run)
    parts += turned or curve
    parts += explorer(run)
    parts += _present(metrics_table(run))
    parts += _present(latent_table(run))
    parts += _present(linear_table(run))
    parts += discussion(run.folder)
    parts += figures.take(
        "learning_curve",
        "Learning curves of all weights in one picture",
        "The unweighted bound, comparable across weights.",
    )
    parts += figures.take(
        "kl_per_unit",
        "Dots: the KL divergence of every latent unit, for each weight",
        "KL divergence of each latent unit.",
    )
    parts += figures.take(
        "spectrum",
        "Power against cycles per picture: faces, residuals of each weight, and the noise level",
        "What the code describes, and what it leaves to the noise.",
    )
    parts += figures.take(
        "factors",
        "Dots: R squared of each known factor of the drawn faces, read linearly from drawn latents, for each weight",
        "How well each true factor of the drawn faces can be read from the codes by a linear map.",
    )
    for weight in run.weights:
        parts += _pictures(run, figures, "traversal", weight)
    return Item(
        "viii", "Discussion of the effect of the KL term", "Discuss the effect of the KL term.",
        (*parts, *figures.rest()),
    )  # fmt: skip


def _pictures(run: SavedVae, figures: Gallery, kind: str, weight: float) -> list[Part]:
    """What there is of a kind for a weight: faces as rows of small pictures, anything else as the figure."""
    alt, caption = KINDS[kind]
    drawn = figures.take(f"{kind}_kl_{weight:g}", f"{alt}, KL times {weight:g}", f"{caption} {name(weight)}.")
    return [SHEETS[kind](run, weight)] if kind in SHEETS and run.has_snapshot(weight) else list(drawn)


def _only(run: SavedVae, *weights: float) -> SavedVae:
    """The run as if it had been made with these weights alone."""
    return replace(run, config=run.config | {"kl_weights": list(weights)})


def _errors(run: SavedVae) -> str:
    """What the reconstructions miss, beside what the best linear code misses; "" for a run without numbers."""
    if (run.reference, "held_out", "mse") not in run.finals:
        return ""
    mse, psnr = (run.final(run.reference, metric) for metric in ("mse", "psnr"))
    text = f"Mean squared error on held-out images: {mse:.4f} (PSNR {psnr:.1f} dB), decoded from the posterior's mean."
    bar = run.pca
    if bar:
        text += f" Principal components, the best linear code, reach {bar.mse:.4f} with {bar.components} components."
    return text


def _present(text: str) -> list[Part]:
    return [text] if text else []


def _side(run: SavedVae) -> str:
    return f"{run.image_size} × {run.image_size}"
