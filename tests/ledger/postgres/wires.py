"""A wire between a bot and the server that is cut at a COMMIT: before it arrives, or before it is answered."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.postgres import server_url


class Wire:
    """Passes on what either side says. ``loses``: the COMMIT itself, its answer, or nothing."""

    def __init__(self) -> None:
        self.loses = ""
        self._was_sent = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = _connected()
                for one, other, is_client in ((client, server, True), (server, client, False)):
                    threading.Thread(target=self._pass_on, args=(one, other, is_client), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, is_client: bool) -> None:
        with suppress(OSError):
            while said := source.recv(65536):
                is_commit = is_client and b"COMMIT\x00" in said
                self._was_sent = self._was_sent or is_commit
                if self._was_sent and self.loses == ("commit" if is_client else "answer"):
                    self.loses = ""  # once
                    break
                target.sendall(said)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


def _connected() -> socket.socket:
    parts = conninfo_to_dict(server_url())
    host, port = str(parts["host"]), int(str(parts.get("port") or 5432))
    if not host.startswith("/"):
        return socket.create_connection((host, port))
    server = socket.socket(socket.AF_UNIX)
    server.connect(f"{host}/.s.PGSQL.{port}")
    return server


@contextmanager
def wire(url: str) -> Iterator[tuple[Wire, str]]:
    """A wire to the server of this address, and the address at its near end."""
    with closing(Wire()) as made:
        yield made, make_conninfo(url, host="127.0.0.1", port=made.port)
