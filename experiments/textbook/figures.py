"""Every figure of the pages in docs/, by file name: ``python -m experiments textbook`` draws them all.

Each function takes the path of the picture and nothing else: what it shows is simulated or computed on the spot, from
fixed seeds, so that anyone who runs the command gets the same pictures.
"""

from collections.abc import Callable
from pathlib import Path

from .adam import plot_bias_correction, plot_valley
from .broadcasting import plot_broadcasting
from .checks import plot_kinks, plot_step_sizes
from .convolution import plot_painting, plot_space_to_depth, plot_windows
from .diagrams import plot_autoencoder, plot_lstm_cell, plot_unrolled
from .graphs import plot_diamond, plot_neuron, plot_one_op, plot_recurrence
from .moons import film_moons, plot_moons
from .small import plot_indexing, plot_matrix_product, plot_normalisation, plot_softmax, plot_swish
from .time import plot_gradient_through_time
from .vae import plot_codes_and_draws, plot_estimators, plot_kl_weight

FIGURES: dict[str, Callable[[Path], None]] = {
    "neuron.png": plot_neuron,
    "moons.png": plot_moons,
    "moons.webp": film_moons,
    "one_op.png": plot_one_op,
    "diamond.png": plot_diamond,
    "recurrence.png": plot_recurrence,
    "unrolled.png": plot_unrolled,
    "lstm_cell.png": plot_lstm_cell,
    "autoencoder.png": plot_autoencoder,
    "matrix_product.png": plot_matrix_product,
    "swish.png": plot_swish,
    "softmax.png": plot_softmax,
    "normalisation.png": plot_normalisation,
    "indexing.png": plot_indexing,
    "broadcasting.png": plot_broadcasting,
    "convolution_windows.png": plot_windows,
    "convolution_painting.png": plot_painting,
    "space_to_depth.png": plot_space_to_depth,
    "gradient_through_time.png": plot_gradient_through_time,
    "adam_bias_correction.png": plot_bias_correction,
    "adam_valley.png": plot_valley,
    "vae_estimators.png": plot_estimators,
    "vae_kl_weight.png": plot_kl_weight,
    "codes_and_draws.png": plot_codes_and_draws,
    "step_sizes.png": plot_step_sizes,
    "kinks.png": plot_kinks,
}
