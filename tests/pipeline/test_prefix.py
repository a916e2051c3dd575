"""prefix: what is read ahead does not depend on the order it is asked for, and is what each text gives alone."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from pipeline.frozen_gpt import FrozenGPT
from pipeline.prefix import PrefixCache
from pipeline.shelf import Shelf
from templates.refusal import Refusal


def texts(gpt: FrozenGPT) -> list[tuple[int, ...]]:
    generator = torch.Generator().manual_seed(0)
    return [tuple(torch.randint(gpt.vocabulary, (length,), generator=generator).tolist()) for length in (5, 9, 5, 9, 30, 9, 5, 9, 9, 31)]


def test_order_changes_no_bit_and_mates_and_room_nothing_to_speak_of(gpt: FrozenGPT) -> None:
    asked = texts(gpt)
    together, turned, full = PrefixCache(gpt), PrefixCache(gpt), PrefixCache(gpt, gibibytes=0.0)
    together.read_ahead(asked)
    turned.read_ahead(asked[::-1] + asked)
    for text in reversed(asked):
        one, other, fresh = together.gather([text]), turned.gather([text]), full.gather([text])
        assert one is not None and other is not None and fresh is not None
        assert torch.equal(one.kv, other.kv)
        torch.testing.assert_close(one.kv, fresh.kv, atol=1e-5, rtol=1e-4)
    assert full.bytes == 0
    size = together.bytes
    together.read_ahead(asked)
    assert together.bytes == size


def test_what_was_read_for_another_condition_changes_no_bit(gpt: FrozenGPT) -> None:
    asked = texts(gpt)
    alone, after = PrefixCache(gpt), PrefixCache(gpt)
    alone.read_ahead(asked[:6])
    after.gather([asked[1]])
    after.read_ahead(asked)
    after.read_ahead(asked[:6])
    for text in asked[:6]:
        one, other = alone.gather([text]), after.gather([text])
        assert one is not None and other is not None and torch.equal(one.kv, other.kv)


def test_gathered_texts_are_padded_on_the_right(gpt: FrozenGPT) -> None:
    asked = texts(gpt)[:2]
    found = PrefixCache(gpt).gather([*asked, ()])
    assert found is not None
    assert found.lengths.tolist() == [5, 9, 0]
    assert found.kv.shape[4] == 9
    assert not found.kv[:, :, 0, :, 5:].any()
    assert PrefixCache(gpt).gather([(), ()]) is None


def test_texts_read_ahead_push_out_older_ones_but_never_each_other(gpt: FrozenGPT) -> None:
    first, second = texts(gpt)[:4], texts(gpt)[6:9]
    whole = PrefixCache(gpt)
    whole.read_ahead(first)
    cache = PrefixCache(gpt, gibibytes=whole.bytes / 2**30)
    cache.read_ahead(first)
    assert set(cache.kept) == set(first)
    cache.read_ahead(second)
    assert set(second) <= set(cache.kept) and not set(first) <= set(cache.kept)
    assert cache.bytes <= cache.budget
    everything = cache.gather([*first, *second])
    alone = PrefixCache(gpt, gibibytes=0.0).gather([*first, *second])
    assert everything is not None and alone is not None
    torch.testing.assert_close(everything.kv, alone.kv, atol=1e-5, rtol=1e-4)
    assert set(second) <= set(cache.kept)
    cache.read_ahead([*first, *second, *texts(gpt)[5:6]])
    assert 0 < cache.bytes <= cache.budget and len(cache.kept) < len({*first, *second, *texts(gpt)[5:6]})


def test_what_finds_no_room_goes_to_disk_and_comes_back_bit_for_bit(gpt: FrozenGPT) -> None:
    asked = texts(gpt)
    memory, disk = PrefixCache(gpt), PrefixCache(gpt, gibibytes=0.0, disk_gibibytes=1.0)
    for cache in (memory, disk):
        cache.read_ahead(asked)
    assert disk.shelf is not None and disk.bytes == 0 and disk.shelf.bytes == memory.bytes
    for text in asked:
        one, other = memory.gather([text]), disk.gather([text])
        assert one is not None and other is not None and torch.equal(one.kv, other.kv)
    small = PrefixCache(gpt, gibibytes=0.0, disk_gibibytes=memory.bytes / 2 / 2**30)
    small.read_ahead(asked)
    assert small.shelf is not None and 0 < len(small.shelf.places) < len(set(asked)) and small.shelf.bytes <= small.shelf.budget
    everything, expected = small.gather(asked), memory.gather(asked)
    assert everything is not None and expected is not None
    torch.testing.assert_close(everything.kv, expected.kv, atol=1e-5, rtol=1e-4)
    disk.read_ahead(asked[:3])
    assert set(disk.shelf.places) == set(asked[:3])


def test_where_memory_runs_out_less_is_kept_and_the_answers_are_the_same(
    gpt: FrozenGPT, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked, cache, real, calls = texts(gpt), PrefixCache(gpt), gpt.read, 0
    expected = PrefixCache(gpt).gather(asked)
    monkeypatch.setattr("pipeline.prefix.TOKENS", 20)

    def read(part: Sequence[tuple[int, ...]]) -> Any:
        nonlocal calls
        calls += 1
        if calls in (4, 7):
            raise torch.OutOfMemoryError("CUDA out of memory")
        return real(part)

    monkeypatch.setattr(gpt, "read", read)
    cache.read_ahead(asked)
    assert 0 < len(cache.kept) < len(set(asked)) and cache.budget == cache.bytes
    found = cache.gather(asked)
    assert found is not None and expected is not None
    torch.testing.assert_close(found.kv, expected.kv, atol=1e-5, rtol=1e-4)
    assert [record.getMessage().startswith("out of memory: 0.00 GiB of keys and values are kept") for record in caplog.records] == [True, True]
    cache.kept.clear()
    calls = 3
    with pytest.raises(torch.OutOfMemoryError):
        cache.gather(asked)


def test_a_full_disk_is_no_error(gpt: FrozenGPT, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pipeline.shelf.os.pwrite", full)
    cache = PrefixCache(gpt, gibibytes=0.0, disk_gibibytes=1.0)
    cache.read_ahead(texts(gpt))
    assert cache.shelf is not None and not cache.shelf.places
    assert cache.gather(texts(gpt)) is not None


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"cache on disk: .*/missing cannot be written \(No such file or directory\); set TMPDIR or disk_gibibytes = 0"):
        Shelf(gibibytes=1.0, folder=tmp_path / "missing")
