"""Hostile inputs, made by code, and the readers that must refuse each in one line or read it right."""
