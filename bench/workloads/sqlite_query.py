"""Sqlite: queries a database in memory, one connection a thread.

Expected: scales to the cores, as far as SQLite's own allocator lock lets it (oversubscription past them).
"""

import sqlite3
import threading

_LOCAL = threading.local()


def _connection():
    connection = getattr(_LOCAL, "connection", None)
    if connection is None:
        connection = _LOCAL.connection = sqlite3.connect(":memory:")
        connection.execute("create table item (id integer primary key, name text, price real)")
        rows = ((index, f"name {index % 100}", index / 3) for index in range(5_000))
        connection.executemany("insert into item values (?, ?, ?)", rows)
    return connection


def workload():
    query = "select name, count(*), avg(price) from item group by name order by 3 desc limit 5"
    return len(_connection().execute(query).fetchall())
