"""What ``ENGINE`` names."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        """A server that ends a connection says so on it. Where nothing has come unasked, all is well;
        where something has, it may be a mere notice, and the server is asked."""
        if self.connection is None:
            return False
        return not _has_news(self.connection.fileno()) or super().is_usable()


def _has_news(socket: int) -> bool:
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    return bool(poll.poll(0))
