"""KL weights, nats and shares in the words of a title or a sentence."""

import math

from experiments.vae.saved import SavedVae
from vae.diagnostics import SILENT_NATS

NOTABLE = ("collapsed", "short code", "unused prior", "poor samples")  # verdicts that a title names


def name(weight: float) -> str:
    """100.0 -> "KL ×100"."""
    return f"KL ×{weight:g}"


def title(run: SavedVae, weight: float) -> str:
    """A weight with the verdict on its latent space: "KL ×100: collapsed"."""
    verdict = run.verdict(weight)
    return f"{name(weight)}: {verdict}" if verdict in NOTABLE else name(weight)


def latent_facts(run: SavedVae, weight: float) -> str:
    """ "KL 36.7 nats, 16 of 16 units above 0.1 nats", "59 % of variance kept" below it; "" without a verdict."""
    facts = run.verdicts.get(weight)
    if not facts:
        return ""
    units = f"{facts['telling_units']} of {run.latent} units above {SILENT_NATS} nats"
    return f"KL {nats(facts['kl_total'])}, {units}\n{whole_percent(facts['variance_kept'])} of variance kept"


def nats(value: float) -> str:
    """Nats with about three figures and a true minus: "−7,591 nats", "36.7 nats", "0.94 nats"."""
    return f"{rounded(value)} nats"


def rounded(value: float) -> str:
    """About three figures, a true minus, commas in thousands; never "−0"; "∞" and, for NaN, "–"."""
    if not math.isfinite(value):
        return "–" if math.isnan(value) else "∞" if value > 0 else "−∞"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    text = f"{value:,.{digits}f}"
    if not text.strip("-0.,"):
        text = text.lstrip("-")
    return text.replace("-", "−")


def whole_percent(share: float) -> str:
    """0.401 -> "40 %"; what rounds to nothing, "under 1 %"; NaN, "–"."""
    if math.isnan(share):
        return "–"
    return f"{100 * share:.0f} %" if share >= 0.005 or share == 0 else "under 1 %"


def times(weight: float) -> str:
    """A weight inside a sentence: 100.0 -> "×100"."""
    return f"×{weight:g}"
