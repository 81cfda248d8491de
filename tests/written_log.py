"""What the log would have in one of the bot's forms, kept beside what pytest keeps of it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO


@contextmanager
def written_log(lines: logging.Formatter) -> Iterator[StringIO]:
    """All that is logged while the block runs. A handler of pytest's own would keep the form for every test after."""
    handler = logging.StreamHandler(written := StringIO())
    handler.setFormatter(lines)
    logging.getLogger().addHandler(handler)
    try:
        yield written
    finally:
        logging.getLogger().removeHandler(handler)
