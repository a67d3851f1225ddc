/** Tables that must be whole: each lacks one entry, or has one of another thing. Nothing runs. */

import { unaries } from "../../core/program/elementwise.ts"
import type { Unary } from "../../core/program/mod.ts"
import type { InstructionTable } from "../../core/program/plan/mod.ts"
import type { Rules } from "../../core/program/tensor.ts"

const one = () => 1

const instructions = {
  gemm: one,
  map: one,
  reduce: one,
  copy: one,
  fill: one,
  gather: one,
  scatter: one,
  iota: one
}

export const aTableOfInstructions: InstructionTable<[], number> = instructions

const { gather: _gather, ...withoutGather } = instructions

// @ts-expect-error: no entry for gather
export const anInstructionForgotten: InstructionTable<[], number> = withoutGather

// @ts-expect-error: an entry gives a number
export const anInstructionThatGivesText: InstructionTable<[], number> = { ...instructions, map: () => "1" }

const primitives = {
  input: one,
  constant: one,
  iota: one,
  unary: one,
  binary: one,
  select: one,
  matmul: one,
  reduce: one,
  reshape: one,
  transpose: one,
  broadcast: one,
  concat: one,
  slice: one,
  pad: one,
  gather: one,
  scatter: one,
  stopGradient: one
}

export const aTableOfPrimitives: Rules<[], number> = primitives

const { select: _select, ...withoutSelect } = primitives

// @ts-expect-error: no rule for select
export const aPrimitiveForgotten: Rules<[], number> = withoutSelect

const { softplus: _softplus, ...withoutSoftplus } = unaries

// @ts-expect-error: no derivative of softplus
export const aDerivativeForgotten: typeof unaries = withoutSoftplus

// @ts-expect-error: an elementwise function that there is not
export const aFunctionThatIsNone: Unary = "sinh"
