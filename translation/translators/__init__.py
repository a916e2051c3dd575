"""One file a translation engine; the folder is the registry."""
