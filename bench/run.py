"""`make bench`: all benchmarks, one table each. Times are medians of one run on this machine; quote ratios."""

import page
import verdicts

if __name__ == "__main__":
    verdicts.main()
    page.main()
