"""One file a format in which others keep such records; the folder is the registry. Our own is templates/records.py.

A format offers `SUFFIX`, `recognises(path)` for files with that ending, `misfit(benchmark)` (why it cannot hold it, or ""),
`language_of(path)` (the code of the language that its first entry says it is in, "" where none is said),
`read(path, benchmark)`, whose entries `Benchmark.read` understands, and `write(records, task, folder)`, which names the files it wrote
in `folder` (`<benchmark>.<language>` and the ending) and refuses what would not come back as it was.
"""
