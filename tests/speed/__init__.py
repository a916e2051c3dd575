"""Speed beside a peer in the same run: `python -m tests.speed.NAME`; the last line printed is JSON. Nothing here is asserted."""
