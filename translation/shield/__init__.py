"""Shield: what must not be left to a translator is taken out before and put back after, as the target language writes it."""
