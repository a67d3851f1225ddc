/** Names of several things as a picture can write them. */
import { clipped } from "./printable.ts"

/** Short names, and once for all what they leave out. */
export interface ShortNames {
  /** In the order of the names, no two alike. */
  readonly names: readonly string[]
  /** What the names were, with `…` for what is left of each: `length=…`; empty where nothing was left out. */
  readonly pattern: string
}

/** Characters that an axis has room for, of a name and of what names leave out. */
const LONGEST = 14
const LONGEST_PATTERN = 36

/**
 * Leaves out what all names begin with and end with, never a part of a word or of a number; of settings, `key=value` with commas
 * between, the keys. What is still long keeps its beginning and its end. Names that differ stay different.
 *
 * @example
 * shortNames(["length=0.5", "length=0.25"]) // => { names: ["0.5", "0.25"], pattern: "length=…" }
 */
export const shortNames = (names: readonly string[], longest = LONGEST): ShortNames => {
  const { names: short, pattern } = names.length < 2 ? { names, pattern: "" } : (settings(names) ?? ends(names))
  return { names: distinct(short.map((name) => clipped(name, longest))), pattern: clipped(pattern, LONGEST_PATTERN) }
}

/** Of names that all set the same keys the values; a value that is everywhere the same goes into the pattern. */
const settings = (names: readonly string[]): ShortNames | undefined => {
  const all = names.map((name) => name.split(",").map((part) => /^([^=]+)=(.+)$/.exec(part)))
  const keys = all[0]!.map((part) => part?.[1])
  const same = (parts: (typeof all)[number]): boolean =>
    parts.length === keys.length && parts.every((part, i) => part !== null && part[1] === keys[i])
  if (!all.every(same)) return undefined
  const columns = keys.map((_, at) => all.map((parts) => parts[at]?.[2] ?? ""))
  const shown = columns.map((values) =>
    new Set(values).size === 1 ? { names: values.map(() => ""), pattern: values[0]! } : unitless(values)
  )
  return {
    names: names.map((_, i) => shown.flatMap((column) => column.names[i] || []).join(",")),
    pattern: shown.map((column, at) => `${keys[at]}=${column.pattern}`).join(",")
  }
}

/** Values without the unit that all end with. */
const unitless = (values: readonly string[]): ShortNames => {
  const { names, pattern } = ends(values)
  return pattern === "" ? { names: values, pattern: "…" } : { names, pattern }
}

const ends = (names: readonly string[]): ShortNames => {
  const [first] = names
  const begin = wholeBeginning(names, common(names))
  const rest = names.map((name) => name.slice(begin))
  const end = wholeEnd(rest, common(rest.map((name) => [...name].reverse().join(""))))
  if (begin === 0 && end === 0) return { names, pattern: "" }
  const middle = rest.map((name) => name.slice(0, name.length - end))
  return { names: middle, pattern: `${first!.slice(0, begin)}…${end === 0 ? "" : first!.slice(-end)}` }
}

/** How many characters all names begin with, leaving each at least one. */
const common = (names: readonly string[]): number => {
  const [first] = names
  const shortest = Math.min(...names.map((name) => name.length))
  let length = 0
  while (length < shortest - 1 && names.every((name) => name[length] === first![length])) length++
  return length
}

/** The longest such beginning after which a word or a number begins. */
const wholeBeginning = (names: readonly string[], longest: number): number => {
  for (let length = longest; length > 0; length--) {
    const whole = names.every((name) => {
      const [before, after] = [name.slice(0, length), name.slice(length)]
      return /[=:_/ ,;(]$|\p{L}-$/u.test(before) || (/\p{L}$/u.test(before) && /^\d/.test(after))
    })
    if (whole) return length
  }
  return 0
}

/** The longest such end that a word or a sign begins: a unit, or a further word. */
const wholeEnd = (names: readonly string[], longest: number): number => {
  for (let length = longest; length > 0; length--) {
    const whole = names.every((name) => {
      const [before, after] = [name.slice(0, -length), name.slice(-length)]
      return /^[_/ ,;)]|^-\p{L}/u.test(after) || (/\d$/.test(before) && /^[\p{L}%°]+$/u.test(after))
    })
    if (whole) return length
  }
  return 0
}

/** Names that were clipped to the same get their number. */
const distinct = (names: readonly string[]): readonly string[] =>
  new Set(names).size === names.length ? names : names.map((name, i) => `${name} ${i + 1}`)
