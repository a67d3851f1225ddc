"""Environments that are stepped together, and their answers as bytes."""

import hashlib
import mmap
import os
import struct

import numpy

from .given import STEP_GIVES, components, flag, moved, number, numbers_in, parts
from .members import Member, stream_text, weights_of
from .messages import HEADER, MARK, RESET, STEP, Refusal
from .spaces import numbers_of, text_of


def mapped(path, size):
    """Memory that both sides see."""
    file = os.open(path, os.O_RDWR)
    try:
        return mmap.mmap(file, size)
    finally:
        os.close(file)


class Batch:
    def __init__(self, number, kind, members, shared, fresh):
        self.number, self.kind, self.fresh_only = number, kind, fresh
        self.params = [m["params"] for m in members]
        self.members = [self.member(params) for params in self.params]
        for member, data in zip(self.members, members):
            member.start(data["entropy"], data["spawn"])
        n, width = len(members), kind.width
        m = max(1, kind.rewards)
        self.flags_at = HEADER.size + 8 * n * (1 + (m if kind.rewards else 0))
        self.next_at = self.flags_at + (n + 7) // 8 * 8
        self.fresh_at = self.next_at + n * width * kind.dtype.itemsize
        size = self.fresh_at + n * width * kind.dtype.itemsize
        self.shared = shared is not None
        self.data = mapped(shared, size) if self.shared else bytearray(size)
        self.reward = numpy.frombuffer(self.data, "<f8", n, HEADER.size)
        several_at = HEADER.size + (8 * n if kind.rewards else 0)
        self.several = numpy.frombuffer(self.data, "<f8", n * m, several_at).reshape(n, m)
        self.flags = memoryview(self.data)[self.flags_at : self.flags_at + n]
        self.next = list(numpy.frombuffer(self.data, kind.dtype, n * width, self.next_at).reshape(n, width))
        self.fresh = list(numpy.frombuffer(self.data, kind.dtype, n * width, self.fresh_at).reshape(n, width))
        self.row_bytes = width * kind.dtype.itemsize

    def member(self, params):
        return Member(self.kind.acquire(params, self.fresh_only), self.kind.mode, weights_of(params, self.kind.rewards))

    def reset(self):
        """The parts of the answer."""
        rows, put = self.fresh, self.kind.put
        i = 0
        try:
            for i, member in enumerate(self.members):
                put(member.begin(), rows[i])
        except Exception as error:
            error.place = {"member": i, "at": "reset"}
            raise
        return HEADER.pack(MARK, RESET, len(rows) * self.row_bytes, self.number), memoryview(self.data)[self.fresh_at :]

    def step(self, data):
        """The parts of the answer."""
        actions = numpy.frombuffer(data, "<f8", offset=HEADER.size).reshape(len(self.members), -1)
        take, put, several = self.kind.take, self.kind.put, self.kind.rewards
        reward, flags, following, fresh = self.reward, self.flags, self.next, self.fresh
        ended, i, at = 0, 0, "step"
        try:
            for i, member in enumerate(self.members):
                given = member.env.step(take(actions[i]))
                if given.__class__ is not tuple or len(given) != 5:
                    given = parts(given, "step", STEP_GIVES)
                observation, value, terminated, truncated, member.info = given
                put(observation, following[i])
                if several:
                    self.several[i] = components(value, several)
                    reward[i] = member.weights @ self.several[i]
                else:
                    reward[i] = value if value.__class__ is float else number(value)
                if terminated.__class__ is not bool or truncated.__class__ is not bool:
                    terminated, truncated = flag("terminated", terminated), flag("truncated", truncated)
                flags[i] = terminated | truncated << 1
                if terminated or truncated:
                    info, at = member.info, "reset"
                    put(member.begin(), fresh[ended])
                    member.info, at = info, "step"
                    ended += 1
        except Exception as error:
            error.place = {"member": i, "at": at}
            raise
        size = self.fresh_at + ended * self.row_bytes
        if self.shared:
            return (HEADER.pack(MARK, STEP, 8, self.number) + struct.pack("<Q", size),)
        HEADER.pack_into(self.data, 0, MARK, STEP, size - HEADER.size, self.number)
        return (memoryview(self.data)[:size],)

    def saved(self, start, end):
        return [stream_text(m.state) for m in self.members[start:end]]

    def load(self, start, standings):
        """Plays saved episodes again; only if all come to where they were do they take the place of those that run."""
        row = numpy.zeros(self.kind.width, self.kind.dtype)
        made = []
        for offset, standing in enumerate(standings):
            params = self.params[start + offset]
            member = self.member(params)
            made.append((params, member))
            observation = member.restart(standing["stream"])
            actions = numbers_of(standing["actions"]).reshape(-1, self.kind.acts)
            for action in actions:
                observation, _, _, _, member.info = moved(member.env, self.kind.take(action))
            self.kind.put(observation, row)
            anything = self.kind.mode == "nothing" and len(actions) == 0
            seen_last = hashlib.sha256(row.astype("<f8").tobytes()).hexdigest()
            if not anything and seen_last != standing["seen"]:
                for params, other in made:
                    self.kind.release(params, other.env, other.played)
                want = "episodes that generator and actions decide (np_random, no clock)"
                raise Refusal("unrepeatable", want, f"another observation after {len(actions)} steps")
        for offset, (params, member) in enumerate(made):
            before = self.members[start + offset]
            self.kind.release(params, before.env, before.played)
            self.members[start + offset] = member

    def anew(self, start, streams):
        """Begins episodes from generators as they were saved: what is seen first, as text."""
        rows = numpy.zeros((len(streams), self.kind.width), self.kind.dtype)
        for offset, stream in enumerate(streams):
            place = start + offset
            self.kind.release(self.params[place], self.members[place].env, self.members[place].played)
            self.members[place] = self.member(self.params[place])
            self.kind.put(self.members[place].restart(stream), rows[offset])
        return text_of(rows.reshape(-1))

    def infos(self):
        return [numbers_in(m.info) for m in self.members]

    def close(self):
        for params, member in zip(self.params, self.members):
            self.kind.release(params, member.env, member.played)
