import * as E from "fp-ts/lib/Either.js"

/** Longest text of a value in a message, in characters. */
const LONGEST_VALUE = 80

/**
 * A value as a person would write it: JSON, but for numbers that JSON lacks (NaN, infinities), which it would call null.
 *
 * Of a value that takes more than `longest` characters it is the beginning and its size, whatever the value: no more of it
 * is read. One that cannot be read (a getter that throws, a proxy that was revoked) is said to be so.
 *
 * @example
 * shown("a".repeat(1e6), 4) // => '"aaa…" (1000000 characters)'
 */
export const shown = (value: unknown, longest = LONGEST_VALUE): string =>
  E.getOrElse(() => "a value that cannot be read")(E.tryCatch(() => shortValue(value, longest), String))

/** The same, and "nothing" of what is not there. */
export const shownOrNothing = (value: unknown, longest = LONGEST_VALUE): string =>
  value === undefined ? "nothing" : shown(value, longest)

/** A text as it is, any other value as JSON, however long; "nothing" of what is not there. */
export const plainText = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing")

/** A text of at most `longest` characters as it is, of a longer one the beginning and its length. */
export const shortened = (text: string, longest = 400): string =>
  text.length <= longest ? text : `${beginning(text, longest)}… (${text.length} characters)`

/** The first `length` characters, without half of one. */
export const beginning = (text: string, length: number): string => text.slice(0, length).replace(/[\uD800-\uDBFF]$/, "")

/** What has been written so far, and where to stop. */
interface Pen {
  text: string
  readonly longest: number
}

const shortValue = (value: unknown, longest: number): string => {
  const pen: Pen = { text: "", longest }
  write(pen, value)
  if (pen.text.length <= longest) return pen.text
  const begun = beginning(pen.text, longest)
  if (typeof value === "string") return `${begun}…" (${value.length} characters)`
  return Array.isArray(value) ? `${begun}…] (${value.length} entries)` : `${begun}…`
}

/** Each level writes a bracket, so that the depth is bounded as the length is. */
const write = (pen: Pen, value: unknown): void => {
  if (pen.text.length > pen.longest) return
  switch (typeof value) {
    case "number":
      pen.text += String(value)
      break
    case "bigint":
      pen.text += `${value}n`
      break
    case "string":
      // A character more than there is room for tells that it is not whole.
      pen.text += JSON.stringify(beginning(value, pen.longest + 2))
      break
    case "function":
      pen.text += "a function"
      break
    case "object":
      if (value === null) pen.text += "null"
      else writeObject(pen, value)
      break
    default:
      pen.text += String(value)
  }
}

const writeObject = (pen: Pen, value: object): void => {
  const length = lengthOf(value)
  if (length !== undefined) writeAll(pen, "[]", indices(length), (i) => write(pen, Reflect.get(value, i)))
  else if ("toJSON" in value && typeof value.toJSON === "function") write(pen, value.toJSON())
  else
    writeAll(pen, "{}", defined(value), ([key, field]) => {
      pen.text += `${JSON.stringify(beginning(key, pen.longest + 2))}:`
      write(pen, field)
    })
}

const writeAll = <A>(pen: Pen, brackets: string, items: Iterable<A>, one: (item: A) => void): void => {
  pen.text += brackets[0]
  const start = pen.text.length
  for (const item of items) {
    if (pen.text.length > pen.longest) return
    if (pen.text.length > start) pen.text += ","
    one(item)
  }
  pen.text += brackets[1]
}

const lengthOf = (value: object): number | undefined => {
  if (Array.isArray(value)) return value.length
  return ArrayBuffer.isView(value) && "length" in value && typeof value.length === "number" ? value.length : undefined
}

function* indices(length: number): Iterable<number> {
  for (let i = 0; i < length; i++) yield i
}

function* defined(value: object): Iterable<readonly [key: string, field: unknown]> {
  for (const key of Object.keys(value)) {
    const field: unknown = Reflect.get(value, key)
    if (field !== undefined) yield [key, field]
  }
}
