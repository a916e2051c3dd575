"""THE WORDS: what is asked, in which words. Standard library and pydantic only."""
