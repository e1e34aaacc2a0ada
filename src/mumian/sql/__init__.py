"""Ordinary SQL in, a plan out, and what was released shown as the SQL asked for it. No data is touched here."""
