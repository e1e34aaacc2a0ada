"""Sharing and opening of public data between bodies (第2条): attributes, requests, tickets, defects, results fed back."""
