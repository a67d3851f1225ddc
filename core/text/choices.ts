import { distanceTo, nearest } from "./nearest.ts"
import { clipped } from "./printable.ts"

/** Most names that a message lists. */
const MOST = 10

/**
 * The names that there are, for a message: at most ten, those like `name` first, and how many more there are; "none" for
 * none. Names that are not like it keep their order.
 *
 * @example
 * choices(["ppo", "sac", "maml"], "mamml") // => "maml, ppo, sac"
 */
export const choices = (valid: readonly string[], name = ""): string => {
  if (valid.length === 0) return "none"
  const distance = distanceTo(name)
  const near = valid
    .map((choice, i) => ({ choice, i, far: distance(choice) ?? Infinity }))
    .sort((a, b) => (a.far === b.far ? a.i - b.i : a.far - b.far))
  const listed = near.slice(0, MOST).map(({ choice }) => clipped(choice))
  const rest = valid.length - listed.length
  return `${listed.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`
}

/** What to do about an unknown name: the one that was likely meant, or what there is, at most ten of it. */
export const suggestion = (name: string, valid: readonly string[]): string => {
  const near = nearest(name, valid)
  return near === undefined ? `there is ${choices(valid)}` : `did you mean ${near}?`
}
