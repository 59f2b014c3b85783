"""Messages out of files: imported by hand, or dropped into a folder that is watched."""

from rapport.connectors.files.folder import FilesConnector

connector = FilesConnector()
