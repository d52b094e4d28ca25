"""Processor seconds that fastdup takes to find near-duplicates among the pictures named as arguments, on one thread."""

import os
import shutil
import sys
import tempfile


def seconds():
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def main():
    # It reads these while it is imported, and would tell others of its use.
    os.environ |= {"FASTDUP_PRODUCTION": "0", "SENTRY_OPT_OUT": "True"}
    import fastdup

    with tempfile.TemporaryDirectory() as folder:
        pictures, work = os.path.join(folder, "pictures"), os.path.join(folder, "work")
        os.mkdir(pictures)
        for path in sys.argv[1:]:
            shutil.copy(path, pictures)
        started = seconds()
        fastdup.create(work_dir=work, input_dir=pictures).run(num_threads=1, threshold=0.9, print_summary=False)
        print(seconds() - started)


main()
