"""Readers, downloads and simulators: files in, plain NumPy arrays out. Nothing here knows of gradients."""
