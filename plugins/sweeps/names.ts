/** Readable names for the runs of an experiment. */
import { plainText } from "../../core/text/shown.ts"

/** Characters of a value in a name, at most. */
const LONGEST = 40

type Setting = readonly [path: string, value: unknown]

/**
 * A name for each run: its varied settings by the last word of their paths, or all of it where two end alike, with their
 * values: `seed=0,k=2`. Values are told apart by their place where their letters and digits do not.
 *
 * @example
 * const over = { seed: [0, 1], "grouping.k": [2] }
 * runNames(over, [[["seed", 1], ["grouping.k", 2]]]) // => ["seed=1,k=2"]
 */
export const runNames = (
  over: Readonly<Record<string, readonly unknown[]>>,
  variants: readonly (readonly Setting[])[]
): readonly string[] => {
  const paths = Object.keys(over)
  const last = (path: string): string => path.split(".").at(-1) ?? path
  const label = (path: string): string => {
    const alone = paths.filter((other) => last(other) === last(path)).length === 1
    return plain(alone ? last(path) : path)
  }
  const valueName = ([path, value]: Setting): string => {
    const values = over[path] ?? []
    const name = plain(plainText(value))
    const alone = name !== "" && values.filter((other) => plain(plainText(other)).toLowerCase() === name.toLowerCase())
    return alone !== false && alone.length === 1 ? name : `${name}~${values.indexOf(value) + 1}`
  }
  return variants.map((variant) => variant.map((s) => `${label(s[0])}=${valueName(s)}`).join(","))
}

/** What every file system takes, and no shell has a meaning for. */
const plain = (text: string): string =>
  text
    .replaceAll(/["'[\]{}]/g, "")
    .replaceAll(/[^A-Za-z0-9.+-]+/g, "-")
    .replaceAll(/^-+(?=\D|$)|-+$/g, "")
    .slice(0, LONGEST)
