"""How the peers' side takes time.

All times are processor time of this process, which stays on one core: what a clock shows on a quiet machine, and
still right when others use the core too.
"""

from time import process_time


def seconds_per_call(call, at_least=0.15):
    """Mean seconds of one call, over as many calls as fill `at_least` seconds; one call before that is not counted."""
    call()
    calls, spent, batch = 0, 0.0, 1
    while spent < at_least:
        start = process_time()
        for _ in range(batch):
            call()
        spent += process_time() - start
        calls += batch
        batch *= 2
    return spent / calls
