"""Tests, which mirror the packages. A package of its own, because spylls installs one called `tests` too."""
