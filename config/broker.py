"""The queue of the embedded mode: files in a folder, each of which is there whole or not at all.

Kombu's own writes into the file that the worker is looking for. On a busy machine a worker reads it before there is
anything in it, and ends.
"""

import os
import uuid
from pathlib import Path
from time import monotonic
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Writes beside, then renames."""

    def _put(self, queue: str, message: Any, **options: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}"
        part = folder / f"{name}.part"
        part.write_text(dumps(message))
        part.replace(folder / f"{name}.{queue}.msg")

    def _queue_bind(self, exchange: str, routing_key: Any, pattern: Any, queue: Any) -> None:
        folder = Path(self.control_folder)
        folder.mkdir(exist_ok=True)
        file = folder / f"{exchange}.exchange"
        part = file.with_name(f"{uuid.uuid4()}.part")
        part.write_text("[]")
        try:
            os.link(part, file)
        except FileExistsError:
            pass
        finally:
            part.unlink()
        super()._queue_bind(exchange, routing_key, pattern, queue)


class Transport(filesystem.Transport):
    Channel = Channel
