"""What a sample asks for and our API does not have."""


class Cannot(Exception):
    """A sample that our API cannot express, with the reason in a few words, the same for all samples of its kind."""


def require(condition, reason):
    """Raise Cannot with this reason unless the condition holds."""
    if not condition:
        raise Cannot(reason)
