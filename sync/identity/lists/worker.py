"""Normalising rows of a list, here or in processes of its own.

Our own processes rather than `multiprocessing`: that one would load the whole command line again in each.
"""

from __future__ import annotations

import gc
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from queue import SimpleQueue
from typing import BinaryIO

import pyarrow as pa

from sync.core.text import Text
from sync.errors import EngineError
from sync.identity.engine.candidates import KEYS
from sync.identity.engine.columns import batches_of
from sync.identity.keys import key_number, keys_of
from sync.identity.lists.columns import Columns
from sync.identity.lists.contacts import contact
from sync.identity.normalise import normalise

ROWS_OF_A_BATCH = 4_000
_WAITING = 2  # batches that wait beside those in work; more would only take memory
_CODE = "import sys; sys.path[:] = sys.argv[1:]; from sync.identity.lists import worker; worker.serve()"

Batch = tuple[int, Columns, Sequence[Sequence[str]]]
"""Position of the first row, meaning of the cells, and rows; at least one, at most `ROWS_OF_A_BATCH`."""
Digest = tuple[pa.RecordBatch, pa.RecordBatch]
"""Features and keys of a batch; ids are positions in the list."""


def digest(batch: Batch) -> Digest:
    first, columns_of_list, rows = batch
    features = [normalise(contact(id, columns_of_list, cells)) for id, cells in enumerate(rows, first)]
    keys = [(kind.value, key_number(kind, text), f.id) for f in features for kind, text in keys_of(f)]
    columns = list(zip(*keys, strict=True)) or [(), (), ()]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, KEYS, strict=True)]
    return next(batches_of(features)), pa.record_batch(arrays, schema=KEYS)


def digests(batches: Iterable[Batch], processes: int) -> Iterator[Digest]:
    """Digests in the order of the batches; with no processes, in this one.

    Raises EngineError when a process dies.
    """
    if processes == 0:
        yield from map(digest, batches)
        return
    with ExitStack() as stack:
        idle: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
        for _ in range(processes):
            idle.put(stack.enter_context(_process()))
        pool = stack.enter_context(ThreadPoolExecutor(processes))
        yield from _in_order(batches, pool, idle, processes + _WAITING)


def _in_order(
    batches: Iterable[Batch], pool: ThreadPoolExecutor, idle: SimpleQueue[subprocess.Popen[bytes]], most: int
) -> Iterator[Digest]:
    asked: deque[Future[Digest]] = deque()
    try:
        for batch in batches:
            asked.append(pool.submit(_ask, idle, batch))
            if len(asked) >= most:
                yield asked.popleft().result()
        while asked:
            yield asked.popleft().result()
    finally:
        for future in asked:
            future.cancel()


def _ask(idle: SimpleQueue[subprocess.Popen[bytes]], batch: Batch) -> Digest:
    process = idle.get()
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        pickle.dump(batch, process.stdin, pickle.HIGHEST_PROTOCOL)
        process.stdin.flush()
        features, keys = pickle.load(process.stdout)
        return _read(features), _read(keys)
    except (OSError, EOFError, pickle.UnpicklingError) as error:
        raise EngineError(
            Text(
                "a process that read the list has ended early; the machine may be short of memory",
                "リストを読み込むプロセスが途中で終了しました。メモリ不足の可能性があります",
            )
        ) from error
    finally:
        idle.put(process)


@contextmanager
def _process() -> Iterator[subprocess.Popen[bytes]]:
    """A process that digests batches from its standard input; it ends with its input, so with this one."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", _CODE, *sys.path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for us; we end it
        env={},  # ours may hold credentials
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def serve() -> None:
    """The process's own loop."""
    gc.disable()  # a fifth of the time went into looking for cycles, and nothing here makes any
    source, target = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            batch = pickle.load(source)
        except EOFError:
            return
        _answer(digest(batch), target)


def _answer(found: Digest, target: BinaryIO) -> None:
    pickle.dump(tuple(_written(batch) for batch in found), target, pickle.HIGHEST_PROTOCOL)
    target.flush()


def _written(batch: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue().to_pybytes())


def _read(content: bytes) -> pa.RecordBatch:
    with pa.ipc.open_stream(content) as reader:
        return reader.read_next_batch()
