/**
 * A plan's instructions as 32-bit words, for the kernels to loop over; ABI.md tells the layout. The codes are declared
 * here alone: `build.ts` writes them into the kernels' own `codes.ts`.
 */

import type { InputKind } from "../../../core/program/plan/mod.ts"
import {
  byKind,
  type Instruction,
  type InstructionKind,
  type InstructionTable,
  mapFunctions
} from "../../../core/program/plan/mod.ts"

export const instructionCodes: Readonly<Record<InstructionKind, number>> = {
  gemm: 1,
  map: 2,
  reduce: 3,
  copy: 4,
  fill: 5,
  gather: 6,
  scatter: 7,
  iota: 8
}

const functionCodes: Readonly<Record<string, number>> = Object.fromEntries(mapFunctions.map((fn, i) => [fn, i]))

/** Ways in which a map reads an input. */
export const inputCodes: Readonly<Record<InputKind, number>> = { full: 0, row: 1, column: 2, scalar: 3 }

/** All instructions, one after the other. */
export const words = (instructions: readonly Instruction[]): Int32Array =>
  Int32Array.from(
    instructions.flatMap((x) => {
      const operands = byKind(operandsOf)(x)
      return [instructionCodes[x.kind], operands.length + 2, ...operands]
    })
  )

/** The bits of a float32. */
const bits = (value: number): number => new Int32Array(Float32Array.of(value).buffer)[0]!

const operandsOf: InstructionTable<[], readonly number[]> = {
  gemm: ({ transposeA, transposeB, batch, m, n, k, a, b, c }) => {
    const flags = (transposeA ? 1 : 0) | (transposeB ? 2 : 0)
    return [flags, batch, m, n, k, a.slot, a.stride, b.slot, b.stride, c.slot, c.stride]
  },
  map: ({ rows, cols, inputs, literals, operations, outputs }) => [
    ...[rows, cols, inputs.length, literals.length, operations.length, outputs.length],
    ...inputs.flatMap(({ slot, kind }) => [slot, inputCodes[kind]]),
    ...literals.map(bits),
    ...operations.flatMap(({ fn, operands }) => [functionCodes[fn]!, ...operands]),
    ...outputs.flatMap(({ register, slot }) => [register, slot])
  ],
  reduce: ({ of, outer, r, inner, from, to }) => [of === "sum" ? 0 : 1, outer, r, inner, from, to],
  copy: ({ from, to, axes }) => [
    ...[axes.length, from, 0, to, 0],
    ...axes.map((a) => a.size),
    ...axes.map((a) => a.from),
    ...axes.map((a) => a.to)
  ],
  fill: ({ to, n, value }) => [to, n, bits(value)],
  gather: ({ m, n, width, from, index, to }) => [m, n, width, from, index, to],
  scatter: ({ m, n, width, from, index, to }) => [m, n, width, from, index, to],
  iota: ({ to, n }) => [to, n]
}

/** `kernels/codes.ts`: the codes as constants of the kernels. */
export const kernelCodes = (): string => {
  const constants = (prefix: string, codes: Readonly<Record<string, number>>): string =>
    Object.entries(codes)
      .map(([name, code]) => `export const ${prefix}_${name.toUpperCase()}: i32 = ${code}\n`)
      .join("")
  return [
    "// Made by build.ts from words.ts beside this folder, where the codes are declared.\n",
    constants("DO", instructionCodes),
    constants("FN", functionCodes),
    constants("READ", inputCodes)
  ].join("")
}
