"""Training: a translator of our own, from parallel text to a folder for CTranslate2."""
