"""Progress of long work: a bar on request, or the caller's own report."""


def reporter(progress, total):
    """A function report(done) for `progress`: None or False (silent), True (a bar), or a function of (done, total)."""
    if not progress:
        return lambda done: None
    if progress is True:
        from tqdm.auto import tqdm

        bar = tqdm(total=total)

        def report(done):
            bar.update(done - bar.n)
            if done >= total:
                bar.close()

        return report
    if callable(progress):
        return lambda done: progress(done, total)
    raise ValueError(f"progress={progress!r} must be True, or a function of (done, total)")
