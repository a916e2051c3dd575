"""WHEN: the entry points; no decision is made here."""
