"""A worker as the prefork pool runs it: each line of input, such as `check 12`, is done by a child.

Prints the child's pid, and how it ended. Started by test_kills.py.
"""

import os
import sys

import django

if __name__ == "__main__":
    django.setup()
    from usedcar import jobs

    jobs.SLICE_ROWS, jobs.PART_ROWS = 40, 100  # many, so that a kill falls between and inside them
    work = {"check": jobs.check_batch, "write": jobs.write_batch, "undo": jobs.undo_batch}
    for line in sys.stdin:
        action, batch_id = line.split()
        child = os.fork()
        if not child:
            work[action](batch_id=int(batch_id))
            os._exit(0)
        print(child, flush=True)  # noqa: T201
        print(os.waitpid(child, 0)[1], flush=True)  # noqa: T201
