"""One file a benchmark; the folder is the registry."""
