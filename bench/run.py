"""`make bench`: all benchmarks, one table each. Times are medians of one run on this machine; quote ratios."""

import page

if __name__ == "__main__":
    page.main()
