"""The explorer: a page to ask the server in, made only of files that ship in this package."""

from app.web.explorer.examples import EXAMPLES, GENERAL, Example
from app.web.explorer.people import DemoPerson
from app.web.explorer.routes import explorer_routes

__all__ = ["EXAMPLES", "GENERAL", "DemoPerson", "Example", "explorer_routes"]
