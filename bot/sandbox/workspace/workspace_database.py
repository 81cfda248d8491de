"""The workspace's stored messages, Home tabs and files, in one SQLite file.

Everything is loaded when the file is opened, and each change is written through, so reading needs no query.
"""

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.workspace.refusals import Json

SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    channel TEXT, ts TEXT, visible_to TEXT, message TEXT, PRIMARY KEY (channel, ts)
);
CREATE TABLE IF NOT EXISTS homes (user TEXT PRIMARY KEY, view TEXT);
CREATE TABLE IF NOT EXISTS files (id TEXT PRIMARY KEY, file TEXT, content BLOB);
"""


@dataclass
class Posting:
    """A message in its channel; `visible_to` is the only person who sees it, None means everyone there."""

    channel: str
    ts: str
    message: Json
    visible_to: str | None = None

    def seen_by(self, user_id: str) -> bool:
        """Return whether this person sees it, given that they are in the channel."""
        return self.visible_to in (None, user_id)


class WorkspaceDatabase:
    """Messages by channel and ts, Home tabs by user id, files by id."""

    def __init__(self, path: str | Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = OFF")  # an emulator may lose a power cut's data, not a kill's
        self._database.executescript(SCHEMA)
        self.messages: dict[str, dict[str, Posting]] = {}
        self.homes: dict[str, Json] = {}
        self.files: dict[str, Json] = {}
        self._read()

    def _read(self) -> None:
        query = "SELECT channel, ts, message, visible_to FROM messages ORDER BY ts"
        for channel, ts, message, visible_to in self._database.execute(query):
            posting = Posting(channel, ts, json.loads(message), visible_to)
            self.messages.setdefault(channel, {})[ts] = posting
        self.homes = {user: json.loads(view) for user, view in self._database.execute("SELECT * FROM homes")}
        self.files = {id_: json.loads(file) for id_, file in self._database.execute("SELECT id, file FROM files")}

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def latest_ts(self) -> str:
        """Return the newest ts in the archive; "0" if it is empty."""
        return max((ts for channel in self.messages.values() for ts in channel), default="0")

    def keep(self, posting: Posting) -> None:
        """Save a message, new or changed."""
        self.messages.setdefault(posting.channel, {})[posting.ts] = posting
        row = (posting.channel, posting.ts, posting.visible_to, json.dumps(posting.message))
        self._database.execute("REPLACE INTO messages VALUES (?, ?, ?, ?)", row)

    def forget(self, posting: Posting) -> None:
        """Delete a message."""
        del self.messages[posting.channel][posting.ts]
        self._database.execute("DELETE FROM messages WHERE channel = ? AND ts = ?", (posting.channel, posting.ts))

    def find(self, channel: str, ts: str) -> Posting | None:
        """Return the message in this channel with this ts, or None."""
        return self.messages.get(channel, {}).get(ts)

    def keep_home(self, user_id: str, view: Json) -> None:
        """Save a person's Home tab."""
        self.homes[user_id] = view
        self._database.execute("REPLACE INTO homes VALUES (?, ?)", (user_id, json.dumps(view)))

    def keep_file(self, file: Json, content: bytes) -> None:
        """Save a file and its content."""
        self.files[file["id"]] = file
        self._database.execute("REPLACE INTO files VALUES (?, ?, ?)", (file["id"], json.dumps(file), content))

    def rename_file(self, file: Json) -> None:
        """Save a file's metadata, and keep its content."""
        self.files[file["id"]] = file
        self._database.execute("UPDATE files SET file = ? WHERE id = ?", (json.dumps(file), file["id"]))

    def content(self, file_id: str) -> bytes:
        """Return the content of a file. Raises KeyError for an unknown id."""
        row = self._database.execute("SELECT content FROM files WHERE id = ?", (file_id,)).fetchone()
        if row is None:
            raise KeyError(file_id)
        return bytes(row[0])
