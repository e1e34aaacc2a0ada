"""What was traded elsewhere and what it cost: off-exchange filings, government purchases, the price index (articles 6 and 8)."""
