"""The clean room: a plan is approved and its privacy paid for before it runs where the data is; what leaves is recorded."""
