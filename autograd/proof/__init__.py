"""Evidence that the gradients are right: the gradient check, samples of every op, planted mistakes, timings."""
