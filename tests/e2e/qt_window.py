"""Qt WebEngine as a browser with one page, until it is stopped: the stand-in where a machine has no Chromium.

A program of its own, since Qt wants a process's first thread. Its flags come in QTWEBENGINE_… variables.
"""

import signal
import sys

from PySide6.QtCore import QUrl
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QApplication

signal.signal(signal.SIGTERM, signal.SIG_DFL)  # Qt's loop would never let Python see it
application = QApplication(sys.argv)
view = QWebEngineView()
view.resize(1400, 850)
view.setUrl(QUrl("about:blank"))
view.show()
sys.exit(application.exec())
