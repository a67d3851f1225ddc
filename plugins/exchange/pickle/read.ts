/**
 * Python's pickles, read as descriptions: a pickle is a program for a small machine, and this is the part of that machine that
 * builds data. It has no way to import, make or call anything; names that are not allowed end the reading.
 */
import * as E from "fp-ts/lib/Either.js"
import { clipped } from "../../../core/text/printable.ts"
import type { Machine } from "./machine.ts"
import { operations } from "./operations.ts"
import type { Pickled } from "./values.ts"

/** Why a pickle is not read. */
export interface PickleFlaw {
  readonly want: string
  readonly got: string
  readonly fix: string
}

/** Longest pickle, in bytes: weights are beside it, not in it. */
const LONGEST = 2 ** 24

const DAMAGED = "a whole pickle"

/**
 * What a pickle describes.
 *
 * - Errors: a flaw, for a name that `allowed` lacks, which is told; for instructions that data do not need; for bytes that are
 *   no pickle, or end early.
 * - Source: CPython, Lib/pickletools.py, the instructions of protocols 0 to 5.
 */
export const readPickle = (bytes: Uint8Array, allowed: ReadonlySet<string>): E.Either<PickleFlaw, Pickled> => {
  if (bytes.length > LONGEST) {
    return E.left({
      want: `a pickle of at most ${LONGEST} bytes`,
      got: `${bytes.length}`,
      fix: "save the weights alone"
    })
  }
  const machine: Machine = {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    at: 0,
    stack: [],
    memo: new Map(),
    allows: (name) => allowed.has(name)
  }
  return E.tryCatch(
    () => run(machine),
    (e) => {
      if (e instanceof TypeError) return { want: "numbers and what holds them", got: e.message, fix: SAVE }
      return { want: DAMAGED, got: e instanceof Error ? e.message : String(e), fix: "" }
    }
  )
}

const SAVE = "nothing of it was run; save the weights alone: torch.save(model.state_dict(), FILE)"

const STOP = 0x2e

/** Throws RangeError for what is damaged and TypeError for what is not allowed; both end above. */
const run = (m: Machine): Pickled => {
  while (m.at < m.bytes.length) {
    const code = m.bytes[m.at++]!
    if (code === STOP) {
      const value = m.stack.pop()
      if (value === undefined || m.stack.length > 0) throw new RangeError("one that leaves no value, or several")
      return value
    }
    const operation = operations.get(code)
    if (operation === undefined) {
      const sign = code > 32 && code < 127 ? ` (${clipped(String.fromCharCode(code))})` : ""
      throw new RangeError(`instruction 0x${code.toString(16)}${sign} at byte ${m.at - 1}`)
    }
    operation(m)
  }
  throw new RangeError(`one that ends after ${m.bytes.length} bytes without its end`)
}
