"""What loading a model settles for its process."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import resource, torch
from pipeline.load_gpt import load_gpt
from templates.refusal import Refusal

def fill():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    kept = [torch.ones(1 << 18) for _ in range(100)]  # a MiB each
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

try:
    load_gpt("./nowhere")
except Refusal:
    pass
fill()
print(fill())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="mallopt is glibc's")
def test_memory_that_a_step_frees_is_there_for_the_next() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 1_000  # else mostly 25,000: one for each page of 4 KiB
