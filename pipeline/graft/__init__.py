"""Graft a language onto a GPT of another: its own vocabulary, and low-rank changes that make its texts read as their translations are."""
