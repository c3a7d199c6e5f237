"""Reports of long work: silent, the caller's own, or a bar."""

import io
import sys

import pytest
from descent._progress import reporter


@pytest.mark.parametrize("progress", [None, False])
def test_silence(progress, capsys):
    report = reporter(progress, 3)
    report(1)
    report(3)
    assert capsys.readouterr() == ("", "")


def test_a_function_is_told_what_is_done_of_how_much():
    told = []
    report = reporter(lambda done, total: told.append((done, total)), 7)
    for done in (2, 5, 7):
        report(done)
    assert told == [(2, 7), (5, 7), (7, 7)]


def test_a_function_may_stop_the_work():
    def stop(done, total):
        raise KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        reporter(stop, 7)(1)


def test_a_bar_counts_to_the_total(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    report = reporter(True, 4)
    report(1)
    report(4)
    assert "4/4" in sys.stderr.getvalue() and "100%" in sys.stderr.getvalue()


@pytest.mark.parametrize("progress", [1, "yes", [1], 0.5])
def test_what_is_neither_is_refused_before_any_work(progress):
    with pytest.raises(ValueError, match="^progress="):
        reporter(progress, 4)
