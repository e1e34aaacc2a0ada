"""What identifies persons, kept where it can be erased: the market holds commitments to it and nothing else."""
