"""What problem 2 found, for the top of the page: one sentence, and the same faces through every weight."""

from experiments.page.study import Part, Row, Story, Strip
from experiments.prose import listed
from experiments.vae.saved import SavedVae
from experiments.vae.sheets import ACROSS, picture_name
from experiments.vae.words import nats, times

FACES = "held-out-faces"  # name of the row, from which the explorer takes its faces
FATES = {"collapsed": "the code collapses", "unused prior": "the prior is left unused"}


def story(run: SavedVae) -> Story:
    """The finding and the strip, as far as the run has them."""
    return Story(_findings(run), _strip(run))


def _findings(run: SavedVae) -> tuple[str, ...]:
    """What a held-out face costs at each weight, and what has become of its code."""
    known = [weight for weight in run.weights if (weight, "held_out", "neg_elbo") in run.finals]
    if not known:
        return ()
    return (
        f"A held-out face costs {listed([_cost(run, weight) for weight in known])} (negative ELBO, KL unweighted).",
    )


def _cost(run: SavedVae, weight: float) -> str:
    cost = f"**{nats(run.final(weight, 'neg_elbo'))}** with the KL term {times(weight)}"
    fate = FATES.get(run.verdict(weight))
    return f"{cost}, where {fate}" if fate else cost


def _strip(run: SavedVae) -> tuple[Part, ...]:
    weights = [weight for weight in run.weights if run.has_snapshot(weight)]
    if not weights:
        return ()
    rows = [Row("held-out face", run.snapshot(weights[0])["originals"][None, :ACROSS], FACES)]
    for weight in weights:
        back = run.snapshot(weight)["reconstructions"][None, :ACROSS]
        rows.append(Row(f"KL {times(weight)}", back, picture_name(weight, "reconstructions")))
    return (Strip(tuple(rows), "The same faces, given back by the network of each weight of the KL term."),)
