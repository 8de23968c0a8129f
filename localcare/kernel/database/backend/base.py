"""A connection that cannot be made starts the embedded server and is tried once more."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from django.db.backends.postgresql import base
from psycopg import OperationalError

from localcare.kernel.database.embedded import EmbeddedServer

logger = logging.getLogger("localcare.database")


class DatabaseWrapper(base.DatabaseWrapper):
    """Used only where the embedded server serves: `EMBEDDED_HOME` says where it lives."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect; after a kill of the server, bring it back first."""
        try:
            return super().get_new_connection(conn_params)
        except OperationalError:
            server = EmbeddedServer(Path(self.settings_dict["EMBEDDED_HOME"]))
            if server.answers():
                raise
            logger.warning("The embedded database did not answer and is started again")
            server.ensure_running()
            return super().get_new_connection(conn_params)
