"""The words of messages, and refusals in them."""

import struct

MARK = 0x58454750
CALL, RESET, STEP = 0, 1, 2
FAILED = 255
HEADER = struct.Struct("<4I")


class Refusal(Exception):
    """What cannot be done, in the words of the message that a person sees."""

    def __init__(self, reason, want, got, **more):
        super().__init__("want %s, got %s" % (want, got))
        self.data = dict(reason=reason, want=want, got=got, **more)
