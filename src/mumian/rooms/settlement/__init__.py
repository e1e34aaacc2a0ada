"""Settlement (清算结算): fees of the exchange, what is kept back of a share and why, clawback, and money on its way out."""
