/**
 * The tape interpreter: walks the instructions that the planner wrote and calls the kernels. ABI.md beside this folder
 * describes every word.
 */
import { DO_COPY, DO_FILL, DO_GATHER, DO_GEMM, DO_IOTA, DO_MAP, DO_REDUCE, DO_SCATTER } from "./codes"
import { TABLE, writeConstants } from "./constants"
import { expBlock, logBlock, sigmoidBlock, softplusBlock, tanhBlock } from "./elementwise"
import { gemm } from "./gemm"
import { map } from "./map"
import { fill, gather, iota, scatter } from "./moves"
import { reduce } from "./reduce"
import { copy } from "./strided"

// @ts-ignore: decorator
@inline
function word(ip: usize, i: usize): i32 {
  return load<i32>(ip + (i << 2))
}

/** The byte offset of the tensor that operand `i` names. */
// @ts-ignore: decorator
@inline
function at(slots: usize, ip: usize, i: usize): usize {
  return <usize>load<u32>(slots + (<usize>word(ip, i) << 2))
}

/** Runs the instructions in [tape, end); 0, or 1 + the word index of an instruction it does not know. */
export function run(tape: usize, end: usize, slots: usize, scratch: usize): i32 {
  writeConstants(scratch + TABLE)
  let ip = tape
  while (ip < end) {
    switch (word(ip, 0)) {
      case DO_GEMM:
        gemm(word(ip, 2), word(ip, 3), word(ip, 4), word(ip, 5), word(ip, 6),
          at(slots, ip, 7), word(ip, 8), at(slots, ip, 9), word(ip, 10), at(slots, ip, 11), word(ip, 12), scratch)
        break
      case DO_MAP:
        map(ip + 8, slots, scratch)
        break
      case DO_REDUCE:
        reduce(word(ip, 2), word(ip, 3), word(ip, 4), word(ip, 5), at(slots, ip, 6), at(slots, ip, 7), scratch)
        break
      case DO_COPY:
        copy(word(ip, 2), ip + 28,
          at(slots, ip, 3) + (<usize>word(ip, 4) << 2), at(slots, ip, 5) + (<usize>word(ip, 6) << 2), scratch)
        break
      case DO_FILL:
        fill(at(slots, ip, 2), word(ip, 3), load<f32>(ip + 16))
        break
      case DO_GATHER:
        gather(word(ip, 2), word(ip, 3), word(ip, 4), at(slots, ip, 5), at(slots, ip, 6), at(slots, ip, 7))
        break
      case DO_SCATTER:
        scatter(word(ip, 2), word(ip, 3), word(ip, 4), at(slots, ip, 5), at(slots, ip, 6), at(slots, ip, 7))
        break
      case DO_IOTA:
        iota(at(slots, ip, 2), word(ip, 3))
        break
      default:
        return <i32>((ip - tape) >> 2) + 1
    }
    const length = word(ip, 1)
    if (length <= 0) return <i32>((ip - tape) >> 2) + 1
    ip += <usize>length << 2
  }
  return 0
}

export { expBlock, gemm, logBlock, sigmoidBlock, softplusBlock, tanhBlock }
