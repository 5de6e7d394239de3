"""A moment of a world, to which it can go back: what both databases held, and how late it was."""

from typing import Any

from .world import World

# What a connection to either database must do; theirs are of two drivers.
Connection = Any


class Moment:
    """This moment. Going back to it leaves the sandbox's own ids and the shop's chance as they are by then."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._passed = world.time.monotonic()
        self._held = [(connection, _copied(connection)) for connection in world.connections()]

    def comes_back(self) -> None:
        for connection, tables in self._held:
            _put_back(connection, tables)
        self._world.time.goes_back_to(self._passed)
        self._world.connects()


def _copied(connection: Connection) -> dict[str, list[tuple]]:
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return {name: [tuple(row) for row in connection.execute(f"SELECT * FROM {name}")] for (name,) in names.fetchall()}


def _put_back(connection: Connection, tables: dict[str, list[tuple]]) -> None:
    """Only what has changed."""
    now = _copied(connection)
    connection.execute("BEGIN IMMEDIATE")
    for name, rows in tables.items():
        if rows != now[name]:
            connection.execute(f"DELETE FROM {name}")
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
    connection.execute("COMMIT")
