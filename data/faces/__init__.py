"""Pictures of anime faces: read from a folder or a zip file, or drawn by the program."""

from .load import Faces, load_faces

__all__ = ["Faces", "load_faces"]
