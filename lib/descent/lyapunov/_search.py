"""The work of a proof, within a limit, and how it can end without one."""

from ._bernstein import prove_negative

DEEPEST = 20                                    # bisections of one side


class Undecided(Exception):
    """Neither proved nor refuted; says why, and knows the ``second_order`` form where it was computed."""

    def __init__(self, reason, second_order=()):
        super().__init__(reason)
        self.second_order = second_order


class NoDecrease(Exception):
    """At a ``point`` of the box N / D >= 0: there are steps along which g does not fall by omega A^2, omega > 0."""

    def __init__(self, point):
        self.point = point


class Search:
    """A number of boxes that may be looked at, and how many were."""

    def __init__(self, most, report):
        self.most, self.report, self.boxes = most, report, 0

    def negative(self, polynomials, box, share=1):
        """The verdict and the proof of `prove_negative`, with what is left of the boxes, at most a share of all."""
        before = self.boxes
        verdict, proof, boxes = prove_negative(
            polynomials, box, DEEPEST * len(box), min(self.most - before, max(1, self.most // share)),
            lambda boxes: self.report(before + boxes))
        self.boxes += boxes
        return verdict, proof

    @property
    def ended(self):
        """How it ended, in words, when nothing is decided."""
        if self.boxes >= self.most:
            return f"gave up after {self.boxes} boxes (max_boxes={self.most})"
        return f"gave up after {self.boxes} boxes, the last too small to bisect further"
