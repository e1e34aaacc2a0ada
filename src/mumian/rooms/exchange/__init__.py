"""The exchange: no scenario, no registration; no registration, no trade; no compliance, no listing. Then orders, to filing."""
