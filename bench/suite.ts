/** What a suite is: a question, and the works that answer it. To add one, write this record and list it in `suites`. */
import type { Effect, FileSystem, Scope } from "effect"
import { type Failure, failureOf } from "../core/failure/mod.ts"
import type { Training } from "./learning.ts"
import type { Unit } from "./report.ts"

/** Why one side of a comparison has no figure. */
export type BenchFailed = Failure<"BenchFailed">

export const benchFailed = failureOf("BenchFailed")

/**
 * One measurement in the work's unit; `answers` are the results both sides must agree on, if they compute any, and
 * `training` is what was learnt where the work is a training.
 */
export interface Sample {
  readonly value: number
  readonly answers?: readonly number[] | undefined
  readonly training?: Training | undefined
}

/** Takes one measurement each time it is run, some tenths of a second each. */
export type Sampler = Effect.Effect<Sample, BenchFailed>

/** What the peer process is asked to do: a name in `peers/peer.py` and that function's arguments. */
export interface Ask {
  readonly work: string
  readonly args: Readonly<Record<string, unknown>>
}

/** One side of a comparison that runs in this process; what it holds is freed when the work is measured. */
export type Side = Effect.Effect<Sampler, BenchFailed, Scope.Scope>

/** Someone to compare with: a work of the peer process, a fixed figure in the work's unit, or another way of ours. */
export type Opponent = { readonly peer: string; readonly goal: number | null } & (
  | { readonly ask: Ask }
  | { readonly floor: number }
  | { readonly rival: Side }
)

/** One thing to measure on both sides. */
export interface Work {
  /** What is done, with its sizes. */
  readonly work: string
  readonly unit: Unit
  /** Measurements of each side, taken in turn. */
  readonly rounds: number
  /** Both sides may use this many cores; one unless said otherwise. */
  readonly cores?: number
  /** Every round counts, the first one too: for works that take many seconds. */
  readonly cold?: true
  /** A round is a whole training from the next seed: `--seeds` says how many. */
  readonly seeded?: true
  readonly ours: Side
  readonly opponents: readonly Opponent[]
  /** Largest relative difference of the sides' answers. */
  readonly agree?: number
}

export interface Suite {
  readonly name: string
  /** What it answers, for `--help`. */
  readonly question: string
  /** The works; what they share (data files, a session) lives as long as the suite runs. */
  readonly works: Effect.Effect<readonly Work[], BenchFailed, Scope.Scope | FileSystem.FileSystem>
}

/** A figure we hold ourselves to, shown as an opponent whose ratio must reach 1. */
export const floor = (figure: number): Opponent => ({ peer: "floor", goal: 1, floor: figure })

/** Stands for our side while it is not built. */
export const missing = (part: string): BenchFailed =>
  benchFailed({ doing: "measure our side", want: part, got: "nothing", fix: "it is not built yet" })
