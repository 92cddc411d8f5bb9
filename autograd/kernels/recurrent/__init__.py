"""Recurrent layers with back-propagation through time derived by hand. Read ``rnn_tanh.py`` first."""
