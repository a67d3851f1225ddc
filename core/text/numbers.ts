/** Numbers as reports and the command write them. */

/** What stands for a number that there is not. */
const NONE = "not known"

/** Made once: a locale's rules are slow to look up. */
const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 6 })

/** Four significant digits, thousands apart; powers of ten beyond a million and below a thousandth; words where it is none. */
export const show = (x: number): string => {
  if (Number.isNaN(x)) return NONE
  if (!Number.isFinite(x)) return x > 0 ? "infinite" : "minus infinite"
  const size = Math.abs(x)
  if (size !== 0 && (size < 1e-3 || size >= 1e9)) return x.toExponential(2).replace("e+", "e")
  return grouped.format(Number(x.toPrecision(4))).replace(/^-(0)$/, "$1")
}

/** `12%`, and `0.4%` below one percent; words where there is none. */
export const percent = (fraction: number, digits = 2): string =>
  Number.isFinite(fraction) ? `${show(Number((100 * fraction).toPrecision(digits)))}%` : show(fraction)

/** A number and how sure it is; `n` is what it was estimated from. */
interface Estimated {
  readonly value: number
  readonly low: number
  readonly high: number
  readonly n: number
}

/** `0.81 (0.62 to 0.92)`; the value alone, or words, where the rest is not known. */
export const interval = (i: Estimated, level = ""): string =>
  i.n > 1 && [i.value, i.low, i.high].every(Number.isFinite)
    ? `${show(i.value)} (${show(i.low)} to ${show(i.high)}${level})`
    : show(i.value)

/** A number over training seeds; of one seed it has no interval. */
interface OverSeeds {
  readonly value: number
  readonly low?: number
  readonly high?: number
  readonly seeds: number
}

/** `-99.1 (-120 to -78, 3 seeds)`; `none` where there is none. */
export const overSeeds = (e: OverSeeds | undefined): string => {
  if (e === undefined) return "none"
  const range = e.low === undefined || e.high === undefined ? "" : `${show(e.low)} to ${show(e.high)}, `
  return `${show(e.value)} (${range}${counted(e.seeds, "seed")})`
}

/** A number as a sentence has it: whole where it is large. */
export const rounded = (value: number): string =>
  Number.isFinite(value) ? value.toFixed(Math.abs(value) < 10 ? 2 : 0) : NONE

/** `213 (180 to 246)`, `18.7 (18.4 to 19.0)`: {@link rounded}, but with the decimals that it takes to tell the ends apart. */
export const roundedInterval = ({ value, low, high, n }: Estimated): string => {
  if (!(n > 1 && [low, high].every(Number.isFinite))) return rounded(value)
  const decimals = high > low ? Math.min(2, -Math.floor(Math.log10((high - low) / 2))) : 0
  const write = (x: number) => (decimals > 0 && Math.abs(x) >= 10 ? x.toFixed(decimals) : rounded(x))
  return `${write(value)} (${write(low)} to ${write(high)})`
}

/** "1 group", "3 groups": a count of things, whose plural ends in s unless told. */
export const counted = (n: number, thing: string, plural = `${thing}s`): string => `${n} ${n === 1 ? thing : plural}`

/** "1 policy", "3 policies". */
export const policies = (n: number): string => counted(n, "policy", "policies")
