"""h_t = tanh(a_t), a_t = W x_t + U h_{t-1}. dh_t is the direct gradient of h_t plus U^T da_{t+1} from the next step.

da_t = (1 - h_t^2) dh_t, and every step adds to the gradients of the weights: dW += da_t x_t^T, dU += da_t h_{t-1}^T.
(The plain form also has biases, which get the sum of all da.)
"""

from ...kernels.plain import rnn_tanh

__all__ = ["rnn_tanh"]

HINTS = (
    "Go from the last step to the first. Which gradients reach h_t, and from where?",
    "dh = g[:, t] + what step t + 1 sent; da_t = dh (1 - h_t^2); what step t sends back is da_t times weight_hh.",
    "dx = da @ weight_ih; dh0 = da[:, 0] @ weight_hh; dweight_ih = the sum over t of da_t.T @ x_t; dweight_hh "
    "= the sum of da_t.T @ states[t]",
)
