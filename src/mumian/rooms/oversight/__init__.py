"""Oversight: which market this is and by which rules it decides (articles 23, 28 and 30). Later: inspections, cases, returns."""
