"""Waiting for a condition of the server under test."""

import time


def wait_for(condition, what, seconds=30.0):
    """Asks `condition` until it answers something true and returns that; fails with `what` after `seconds`.

    `what` is text, or a function that makes it when it is needed.
    """
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"still waiting after {seconds:.0f} s: {what() if callable(what) else what}")
        time.sleep(0.05)
