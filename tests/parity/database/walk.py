"""Every sample of PyTorch's databases that our API can express, compared; the rest counted by reason."""

import warnings
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import torch
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.common_modules import module_db

from autograd import interop

from .cannot import Cannot
from .comparing import call, compare
from .modules import MODULES
from .operators import OPERATORS

ENTRIES = [op for op in op_db if op.name in OPERATORS] + [module for module in module_db if module.name in MODULES]


@dataclass
class Tally:
    """Samples that were compared, arrays compared in them, what differs, and what could not be expressed."""

    samples: int = 0
    arrays: int = 0
    failures: list[str] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, name, sample, comparison):
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                arrays, complaints = comparison()
        except Cannot as reason:
            self.reasons[str(reason)] += 1
            return
        self.samples += 1
        self.arrays += arrays
        self.failures += [f"{name}: {complaint}; sample {sample}" for complaint in complaints]


def name_of(entry):
    """The name in the database, and which variant of the operator it is."""
    variant = getattr(entry, "variant_test_name", "")
    return f"{entry.name} {variant}".strip()


def tally_of(entry):
    """Compare all samples of one operator or layer."""
    tally = Tally()
    if entry in module_db:
        for training in (True, False):
            for sample in _module_samples(entry, training):
                tally.add(entry.name, sample.desc, lambda s=sample, t=training: _compare_module(entry, s, t))
        return tally
    if torch.float64 not in entry.supported_dtypes("cpu"):
        return tally
    for sample in entry.sample_inputs("cpu", torch.float64, requires_grad=True):
        arguments = [sample.input, *sample.args]
        comparison = lambda a=arguments, s=sample: compare(entry.op, OPERATORS[entry.name], a, s.kwargs)  # noqa: E731
        tally.add(name_of(entry), f"{sample.args} {sample.kwargs}"[:200], comparison)
    return tally


def _module_samples(info, training):
    return info.module_inputs_func(info, device="cpu", dtype=torch.float64, requires_grad=True, training=training)


def _compare_module(info, sample, training):
    """One layer of theirs and ours with the same parameters: results, gradients of the input and of the parameters."""
    settings, forward = sample.constructor_input, sample.forward_input
    ours, run = call(MODULES[info.name], list(settings.args), settings.kwargs)
    theirs = info.module_cls(*settings.args, **settings.kwargs).double().train(training)
    wanted = interop.to_torch_state_dict(ours)
    state = {name: value.detach().numpy() for name, value in theirs.state_dict().items() if name in wanted}
    interop.from_torch_state_dict(ours, state)
    ours.train(training)
    our_parameters = dict(ours.named_parameters())
    parameters = [
        (parameter, our_parameters[name], ours.torch_axes.get(name))
        for name, parameter in theirs.named_parameters()
        if name in our_parameters
    ]
    arguments = [*forward.args, *(forward.kwargs[name] for name in ("input",) if name in forward.kwargs)]
    return compare(theirs, run, arguments, {k: v for k, v in forward.kwargs.items() if k != "input"}, parameters)
