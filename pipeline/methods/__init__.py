"""One file a tuning method; the folder is the registry."""
