"""The ports of a ledger, one for each part.

Adapters implement them, and the tests in ``tests/ledger`` run on each adapter. Methods are async whatever the database.
A method that records something commits it in one transaction, together with its audit entry; if the database cannot be
written at the moment, it raises NotRecorded and changes nothing. Times are aware datetimes in UTC, both ways. ``owner``
names a process.
"""
