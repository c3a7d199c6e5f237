"""`make bench`: all benchmarks, one table each, and what the book's page on performance shows.

Times are medians of one run on this machine; quote ratios.
"""

import sys

LONG = 10**7                                    # steps of an orbit


def main():
    # not above: the processes of a cluster import this file, too
    import maps
    import measure
    import networks
    import orbits
    import own_function
    import page
    import report
    import verdicts

    found = {"machine": measure.machine(), **maps.main(), "orbits": {"steps": LONG, "rows": orbits.main(LONG)}}
    report.write(found)
    networks.main()
    own_function.main()
    verdicts.main()
    sys.stdout.flush()
    page.main()


if __name__ == "__main__":
    main()
