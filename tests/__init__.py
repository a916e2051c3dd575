"""The tests mirror the packages; a package of its own, since a dependency (spylls) installs one of the same name."""
