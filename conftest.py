"""Which tests share a worker when pytest-xdist runs them in parallel.

xdist's own --dist loadgroup has no effect with pytest 9.2: the name of the group does not reach the scheduler.
"""

import pytest
from xdist.scheduler import LoadScopeScheduling

BROWSER = "tests/browser/"


class Scheduling(LoadScopeScheduling):
    """The tests of a file share a worker, for a notebook's cells need the cells before them. All tests in the
    browser share one, so that Chromium starts once."""

    def _split_scope(self, nodeid):
        return BROWSER if nodeid.startswith(BROWSER) else nodeid.split("::")[0]


@pytest.hookimpl(optionalhook=True)  # so that pytest also runs without xdist
def pytest_xdist_make_scheduler(config, log):
    return Scheduling(config, log)
