"""Who waits for a transaction may give it up, until its COMMIT is sent: then its outcome counts."""

import threading

from bot.core.errors import NotRecorded

TOO_LONG = "the database took too long"


class Turn:
    """One transaction, run by a thread for somebody on the event loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_given_up = False
        self.is_committing = False

    def give_up(self) -> bool:
        """Return True if nothing of the transaction will be committed; False if its COMMIT is on its way."""
        with self._lock:
            self._is_given_up = not self.is_committing
            return self._is_given_up

    def commit(self) -> None:
        """Note that the COMMIT is sent now. Raises NotRecorded if the transaction was given up."""
        with self._lock:
            if self._is_given_up:
                raise NotRecorded(TOO_LONG)
            self.is_committing = True
