"""Billing: a month's metered calls on one invoice, confirmed by silence, or contested root by root and settled by proofs."""
