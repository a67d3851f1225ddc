/** What every action distribution offers: tensor functions for programs, draws for the host. */
import type { Tensor } from "../program/mod.ts"
import type { Floats, Stream } from "../random/mod.ts"

/** The numbers that fix the distribution, one tensor (or host array) for each name in K. */
export type Head<K extends string, T> = Readonly<Record<K, T>>

/**
 * A family of distributions over actions, one for each row of a batch.
 *
 * To add one, write a record of this form and add it to the suite in `tests/core/dist`.
 */
export interface Distribution<K extends string> {
  readonly name: string
  /** log π(a | head) of every row: `[rows]`. */
  readonly logProb: (head: Head<K, Tensor>, action: Tensor) => Tensor
  /** −E log π of every row, in nats: `[rows]`. */
  readonly entropy: (head: Head<K, Tensor>) => Tensor
  /** KL(p ‖ q) = E_p[log p − log q] of every row, in nats: `[rows]`. */
  readonly kl: (p: Head<K, Tensor>, q: Head<K, Tensor>) => Tensor
  /** Draws one action a row into `action`; writes log π of it into `logProb` (`[rows]`) where given. */
  readonly sample: (s: Stream, head: Head<K, Floats>, action: Floats, logProb?: Floats) => void
  /** The most probable action of every row. */
  readonly mode: (head: Head<K, Floats>, action: Floats) => void
}
