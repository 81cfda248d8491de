"""What a ledger does: a port for each part.

Adapters implement them, and the laws in ``tests/ledger`` hold each adapter to them. Methods are async whatever the
database. A method that records something commits it in one transaction, together with its audit entry; it raises
NotRecorded, and changes nothing, where the database accepts nothing at the moment. Times go in and come out as aware
datetimes in UTC. ``owner`` names a process.
"""
