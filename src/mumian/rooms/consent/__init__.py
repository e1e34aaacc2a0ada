"""Consent: on what basis personal information may be processed, and what its person says to that (articles 4, 5 and 25)."""
