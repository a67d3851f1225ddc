/** Reading wires: in which order they are computed, rules by their kind, and the linear layers among them. */
import type { Wire, WireKind, WireOf } from "./wire.ts"

/** A rule for each kind of wire: a table that lacks one does not compile. */
export type WireRules<A extends readonly unknown[], R> = {
  readonly [K in WireKind]: (op: WireOf<K>, ...rest: A) => R
}

/** Applies the rule of a wire's kind. */
export const byKind =
  <A extends readonly unknown[], R>(rules: WireRules<A, R>) =>
  <K extends WireKind>(op: WireOf<K>, ...rest: A): R =>
    rules[op.kind](op, ...rest)

/** All wires that one is computed from and itself, each after those it needs. */
export const wiresOf = (output: Wire): readonly Wire[] => {
  const seen = new Set<Wire>()
  const visit = (x: Wire): void => {
    if (seen.has(x)) return
    for (const y of x.from) visit(y)
    seen.add(x)
  }
  visit(output)
  return [...seen]
}

/** A linear layer. */
export interface Linear extends Wire {
  readonly op: WireOf<"linear">
}

/** Whether a wire is one. */
export const isLinear = (x: Wire): x is Linear => x.op.kind === "linear"

/** What a layer's parameters are called. */
export const weightOf = ({ op }: Linear): string => `W${op.name}`
export const biasOf = ({ op }: Linear): string => `b${op.name}`
