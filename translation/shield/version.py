"""The version of shielding, a part of the translation memory's key: raise it whenever what reaches an engine changes for the same text."""

SHIELDING = 3
