"""wz (问政): a county's online-petition regulation as a command-line tool over plain files."""

__version__ = "0.1.0"
