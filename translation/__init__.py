"""ACROSS: move words into the target language, and judge the result."""
