"""What beat does every minute: rows that are added with each change become one again."""

from catalog.rollups import fold_rollups
from catalog.versions import fold


def main() -> None:
    fold_rollups()
    fold()
