"""Styles that a second start of the program hands to the editor that runs already, as a double click on one does.

The running editor listens at a place that belongs to the program's own folder, and to this person alone. What it is
told is a list of files with the suffix of styles; the import trusts none of them.
"""

import hashlib
import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from pie_desktop import json_files, paths
from pie_desktop.styles.style_file import is_style_file

MAX_BYTES = 256 * 1024
_CONNECTING_MS = 1_000
_ANSWERING_MS = 10_000
_LONGEST_SOCKET = 90  # bytes; systems take 104 or 108, and Qt writes to a longer name first
_END = b"\n"  # of what either side says
_TAKEN = b"taken" + _END

_log = logging.getLogger(__name__)


def hand_over(files: Sequence[Path]) -> bool:
    """Give styles to the editor that runs with the same folder of the program.

    Args:
        files: what the program was started with.

    Returns:
        Whether it takes them. Not if there is none, it does not answer, or anything but styles is among the files:
        photos have a window of their own.
    """
    if not files or not all(map(is_style_file, files)):
        return False
    socket = QLocalSocket()
    socket.connectToServer(place())
    if not socket.waitForConnected(_CONNECTING_MS):
        return False
    socket.write(json.dumps([str(file.absolute()) for file in files]).encode() + _END)
    while not socket.canReadLine():
        if not socket.waitForReadyRead(_ANSWERING_MS):
            return False
    return socket.readLine().data() == _TAKEN


class Reception(QObject):
    """Listens for second starts while the editor runs; without effect where another window listens already."""

    def __init__(self, take: Callable[[list[Path]], None], parent: QObject) -> None:
        """Begin to listen; `take` is called with files that are named as styles."""
        super().__init__(parent)
        self._take = take
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)
        if not self._listen():
            _log.info("Second starts are not listened for: %s", self._server.errorString() or "another window does")

    def close(self) -> None:
        """Listen no more; who starts the program now gets a window."""
        self._server.close()

    def _listen(self) -> bool:
        here = place()
        probe = QLocalSocket()
        probe.connectToServer(here)
        if probe.waitForConnected(_CONNECTING_MS):  # asked first: Qt would take the place of the one who listens
            return False
        QLocalServer.removeServer(here)  # of an editor that crashed
        return self._server.listen(here)

    def _on_connection(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.setReadBufferSize(MAX_BYTES)
            socket.readyRead.connect(lambda socket=socket: self._on_data(socket))
            socket.disconnected.connect(socket.deleteLater)
            self._on_data(socket)

    def _on_data(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() >= MAX_BYTES:
                socket.abort()
            return
        told = _styles(bytes(socket.readLine(MAX_BYTES).data()))
        if told is None:
            socket.abort()
            return
        socket.write(_TAKEN)
        socket.disconnectFromServer()
        self._take(told)


def _styles(message: bytes) -> list[Path] | None:
    """The styles that are named; None for a message that no second start sends."""
    try:
        told = json_files.parse(message, max_bytes=MAX_BYTES)
    except json_files.DamagedJsonError:
        return None
    if not isinstance(told, list) or not all(isinstance(one, str) and "\0" not in one for one in told):
        return None
    files = [Path(one) for one in told]
    return files if all(file.is_absolute() and is_style_file(file) for file in files) else None


def place() -> str:
    """Where the editor listens: a socket in the program's folder; what cannot be one has a name made of the folder."""
    home = paths.home_dir().absolute()
    socket = os.fsencode(home / "editor.socket")
    if sys.platform == "win32" or len(socket) > _LONGEST_SOCKET:
        return f"pie-desktop-{hashlib.sha256(os.fsencode(home)).hexdigest()[:32]}"
    return os.fsdecode(socket)
