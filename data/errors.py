"""The one error that data readers raise for a mistake in a file or an argument."""


class DataError(ValueError):
    """Bad input, said in one line: what was wrong, where (file, row, column), what was expected, what to do.

    The command line prints the message alone and exits with status 2; no traceback reaches the user.
    """
