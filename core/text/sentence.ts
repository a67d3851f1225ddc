import { shortened } from "./shown.ts"

/** What every failure carries that a person can cause. */
export interface Complaint {
  /** Infinitive with its operand: `read affinity.csv`. */
  readonly doing: string
  readonly want: string
  readonly got: string
  /** How to mend it, as an instruction; empty where nothing better than `want` can be said. */
  readonly fix: string
  /** The last lines that another program wrote to its standard error. */
  readonly stderr?: string
}

/** The longest part of a sentence, whatever it quotes. */
const LONGEST_PART = 1000

/**
 * The sentence a person reads; parts that quote too much are shortened.
 *
 * @example
 * sentence({ doing: "read a.csv", want: "numbers", got: "x", fix: "" }) // => "Cannot read a.csv: want numbers, got x"
 */
export const sentence = (c: Complaint): string => {
  const [doing, want, got, fix] = [c.doing, c.want, c.got, c.fix].map((part) => shortened(part, LONGEST_PART))
  const words = c.stderr === undefined || c.stderr === "" ? "" : `; its standard error ends with:\n${c.stderr}`
  return `Cannot ${doing}: want ${want}, got ${got}${fix === "" ? "" : `; ${fix}`}${words}`
}
