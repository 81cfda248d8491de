"""What only SQLite has: its file, connections and transactions, its tables, and copies of the file."""
