"""Problem 2: a convolutional variational autoencoder on anime faces."""
