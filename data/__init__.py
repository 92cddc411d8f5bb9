"""Readers, downloads and simulators: files in, plain NumPy arrays out. No gradients here."""
