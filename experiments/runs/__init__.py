"""Run folders: written, locked, read back and checked."""
