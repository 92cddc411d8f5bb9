"""What else can be made of nets that are trained already: recalibrated, and averaged over their seeds.

NAME:recalibrated   every probability corrected as it would have been best on the validation cut (`rnn.choice`)
NAME:averaged       by time, where all seeds are asked about the same windows: the mean of their probabilities
NAME:both           the mean of the corrected ones
"""

from collections.abc import Mapping

import numpy as np

from rnn.choice import Recalibration
from rnn.trial import Trial, TrialResult

VARIANTS = ("recalibrated", "averaged", "both")


def variants(results: Mapping[Trial, TrialResult]) -> dict[Trial, TrialResult]:
    """The results of the variants of every net in `results`, as trials of their own."""
    nets = {trial: result for trial, result in results.items() if result.choice}
    made: dict[Trial, TrialResult] = {}
    by_seed: dict[tuple[str, int], list[TrialResult]] = {}
    for trial, result in nets.items():
        correct = Recalibration(result.choice["slope"], result.choice["intercept"])
        made |= _result(f"{trial.model}:recalibrated", trial, correct(np.array(result.probability)))
        if trial.split == "time":
            by_seed.setdefault((trial.model, trial.length), []).append(result)
    for (model, _), seeds in by_seed.items():
        corrected = [made[_renamed(result.trial, f"{model}:recalibrated")] for result in seeds]
        for name, of_seeds in (("averaged", seeds), ("both", corrected)):
            mean = np.mean([result.probability for result in of_seeds], axis=0)
            made |= _result(f"{model}:{name}", seeds[0].trial, mean)
    return made


def _result(model: str, trial: Trial, probability: np.ndarray) -> dict[Trial, TrialResult]:
    own = _renamed(trial, model)
    decision = (probability >= 0.5).astype(int).tolist()
    return {own: TrialResult(own, {}, [], probability.tolist(), decision)}


def _renamed(trial: Trial, model: str) -> Trial:
    return Trial(model, trial.length, trial.split, trial.seed)
