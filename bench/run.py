"""`make bench`: all benchmarks, one table each. Times are medians of one run on this machine; quote ratios."""

import own_function
import page
import verdicts

if __name__ == "__main__":
    own_function.main()
    verdicts.main()
    page.main()
