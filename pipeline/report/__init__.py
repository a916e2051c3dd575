"""The report of one run: one self-contained page a manager can read and an engineer can trust."""
