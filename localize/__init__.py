"""Localize short drama: dubbing, subtitles and delivery checks for many markets at a time.

The library never imports prefect; `flows/` wraps it. Times are int milliseconds everywhere.
"""

import os

# A second thread that numpy's OpenBLAS starts for its products turns round and round for a tenth of a second after each, waiting
# for the next: of short hearings that was half the processor time, and the other half of the work has that core. What is done
# at once is done in pieces of ours. Read when numpy is loaded, so it stands before everything else.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
