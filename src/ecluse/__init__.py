"""Écluse: patient records that a stolen account cannot empty."""

__version__ = "0.1.0"
