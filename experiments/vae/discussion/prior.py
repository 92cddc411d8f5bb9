"""The prior, in the discussion of problem 2: where the codes lie, and how good its samples are."""

from experiments.prose import listed
from experiments.vae.saved import SavedVae
from experiments.vae.words import nats, rounded, times, whole_percent
from vae.diagnostics import POINT_VARIANCE
from vae.spectra import BANDS


def prior_state(run: SavedVae, w: float) -> str:
    """Where the posteriors lie, as a whole, and what that means for draws of the prior."""
    facts = run.verdicts.get(w)
    if not facts:
        return ""
    variance = f"{facts['mean_posterior_variance']:.2g}"
    text = f"The variance of the posterior averages {variance}; the prior's is 1."
    if facts["mean_posterior_variance"] < POINT_VARIANCE:
        pays = "Nothing" if w == 0 else "Too little"
        text += (
            f" {pays} in the loss rewards noise in the code, so every face has become a point, and nothing pulls the "
            "points towards the prior or fills the space between them. The network is an ordinary autoencoder."
        )
    text += (
        f" All posteriors together are {nats(facts['covariance_gap'])} away from N(0, I), {nats(facts['prior_gap'])} "
        "if each unit is taken by itself; the rest is correlation between units, which the KL term does not see."
    )
    if facts["verdict"] == "unused prior":
        text += " So a draw of the prior falls where no face was encoded, and where the decoder was never trained."
    return text


def samples(run: SavedVae) -> str:
    """The Frechet distances of the samples, their detail, their variety, and whether they are copies."""
    judged = [w for w in run.weights if w in run.verdicts]
    parts = [_distances(run, judged), _detail(run, judged), _variety(run, judged), _copies(run, judged)]
    return "\n\n".join(part for part in parts if part)


def _distances(run: SavedVae, weights: list[float]) -> str:
    known = [w for w in weights if run.final(w, "frechet_as_trained") == run.final(w, "frechet_as_trained")]
    if not known:
        return ""
    levels = [
        f"{rounded(run.final(w, 'frechet_as_trained'))} at {times(w)} (through the map "
        f"{rounded(run.final(w, 'frechet_mapped'))}, reconstructions "
        f"{rounded(run.final(w, 'frechet_reconstructions'))})"
        for w in known
    ]
    saved = [f"{nats(run.final(w, 'kl') - run.final(w, 'kl_mapped'))} at {times(w)}" for w in known]
    return (
        "The Frechet distance compares samples with held-out faces along the main axes of the training faces. For "
        f"draws of N(0, I) it is {listed(levels)}; as many training faces have "
        f"{rounded(run.final(known[0], 'frechet_floor'))}, the floor. The map is linear, stands between prior and "
        "decoder, and is computed in closed form after training. It gives the draws the mean and covariance of the "
        f"codes, and shortens the KL term by {listed(saved)}. The decoder starts with a linear layer, so the map can "
        "be merged into it: the model with the map is a VAE of the same architecture whose prior is exactly N(0, I)."
    )


def _detail(run: SavedVae, weights: list[float]) -> str:
    """Power of the mapped samples by band of frequencies, and the distance in random features."""
    w = run.reference
    bands = [(low, high) for low, high in BANDS if run.final(w, f"power_{low}_{high}_mapped") > 0]
    if w not in weights or not bands:
        return ""
    ratios = [f"{run.final(w, f'power_{low}_{high}_mapped'):.2f} in {low}–{high}" for low, high in bands]
    return (
        "Those axes see large shapes and colours, not sharpness. Two other numbers do. The power of the samples "
        f"through the map at {times(w)}, divided by that of real faces, is {listed(ratios)} cycles per picture; "
        "below 1, detail is missing. The Frechet distance in the features of a fixed random convolutional network is "
        f"{rounded(run.final(w, 'features_mapped'))} for these samples, "
        f"{rounded(run.final(w, 'features_reconstructions'))} for reconstructions and "
        f"{rounded(run.final(w, 'features_floor'))} for training faces."
    )


def _variety(run: SavedVae, weights: list[float]) -> str:
    varied = [w for w in weights if run.verdicts[w]["diversity_training"]]
    if not varied:
        return ""
    shares = {w: run.verdicts[w]["diversity_samples"] / run.verdicts[w]["diversity_training"] for w in varied}
    levels = listed([f"{whole_percent(share)} at {times(w)}" for w, share in shares.items()])
    return (
        f"Draws of N(0, I) differ from one another by {levels} of what as many training faces do. Variety alone is no "
        "merit: where the prior is unused, the decoder answers with pictures that vary and are no faces."
    )


def _copies(run: SavedVae, weights: list[float]) -> str:
    """The distance of samples from their nearest training face, beside that of held-out faces."""
    with_pictures = [w for w in weights if run.has_snapshot(w)]
    if not with_pictures:
        return ""
    levels = [f"{run.nearest_distances(w).mean():.2f} at {times(w)}" for w in with_pictures]
    real = run.held_out_distances(with_pictures[0]).mean()
    return (
        "Are they copies? The root mean squared distance of a sample through the map to its nearest training face, "
        f"mirrored or not, averages {listed(levels)}, black and white being 1 apart; for held-out faces, which cannot "
        f"be copies, it is {real:.2f}. A copy would be near 0. A smooth picture is closer to everything than a sharp "
        "one, so a distance below that of held-out faces is a sign of blur as much as of copying."
    )
