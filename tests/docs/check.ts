/** What an example's `// =>` says is compared with what comes. */
import assert from "node:assert/strict"

/** The first digits of a number: `0.31…` in an example. */
class Digits {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export const digits = (text: string): Digits => new Digits(text)

/** Expected, with numbers that begin with the digits wanted in the place of those. */
const settled = (actual: unknown, expected: unknown): unknown => {
  if (expected instanceof Digits)
    return typeof actual === "number" && String(actual).startsWith(expected.text) ? actual : `${expected.text}…`
  if (Array.isArray(expected)) return expected.map((e, i) => settled(Array.isArray(actual) ? actual[i] : undefined, e))
  if (typeof expected !== "object" || expected === null || Object.getPrototypeOf(expected) !== Object.prototype)
    return expected
  return Object.fromEntries(
    Object.entries(expected).map(([key, e]) => [
      key,
      settled(typeof actual === "object" && actual !== null ? Reflect.get(actual, key) : undefined, e)
    ])
  )
}

export const check = (actual: unknown, expected: unknown): void =>
  assert.deepStrictEqual(actual, settled(actual, expected))
