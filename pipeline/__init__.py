"""LEARN: tune a frozen GPT on examples, measure, compare."""
