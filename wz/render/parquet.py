"""Parquet for data frames: typed columns, written in groups of rows. Needs pyarrow, which is an extra."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import IO, Any

from wz.errors import Usage
from wz.i18n import _

_ROWS = 5_000  # in a group: what is held in memory


def write(out: IO[bytes], names: Sequence[str], kinds: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write the rows. Kinds are those of `wz.render.xlsx.write`; lists stay lists. Raises Usage without pyarrow."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise Usage(
            _("Parquet needs pyarrow, which is not installed"), _("Install it with: pip install pyarrow")
        ) from None
    types = {
        "text": pa.string(),
        "code": pa.string(),
        "texts": pa.list_(pa.string()),
        "day": pa.date32(),
        "instant": pa.timestamp("s", tz="Asia/Shanghai"),
        "number": pa.float64(),
        "yes-no": pa.bool_(),
    }
    shape = pa.schema([(name, types[kind]) for name, kind in zip(names, kinds, strict=True)])
    remaining = iter(rows)
    with pq.ParquetWriter(out, shape) as writer:
        while group := list(islice(remaining, _ROWS)):
            columns = zip(*group, strict=True)
            arrays = [pa.array(column, field.type) for column, field in zip(columns, shape, strict=True)]
            writer.write_batch(pa.record_batch(arrays, schema=shape))
