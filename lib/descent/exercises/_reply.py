"""What a check says: one sentence for a program, lines that fit the page for a reader."""

import functools
import textwrap

import numpy as np

WIDTH = 78                                      # characters; the page has room for a few more


class Reply(str):
    """A text that `print` breaks into lines of at most WIDTH characters."""

    def __str__(self):
        return textwrap.fill(self, WIDTH, break_long_words=False, break_on_hyphens=False)


def replying(check):
    """The check, with its text as a `Reply`."""
    @functools.wraps(check)
    def reply(*args, **options):
        with np.errstate(all="ignore"):         # a wild answer overflows, and is told what is wrong with it
            return Reply(check(*args, **options))

    return reply
