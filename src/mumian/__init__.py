"""Mumian 木棉: an open data-element market for a city."""

__version__ = "0.1.0"
