/**
 * Text that a terminal shows as it was written. What a terminal would obey (escape codes and other control characters) or
 * what would hide or turn around other text (line separators, marks of direction) is written as an escape; so are line
 * ends and tabs, as the text is for one line.
 *
 * @example
 * printable("\u001b[31mred") // => "\\u001b[31mred"
 */
export const printable = (text: string): string => text.replaceAll(unprintable, escaped)

/** The same for text of several lines: line ends and tabs stay. */
export const printableLines = (text: string): string =>
  text.replaceAll(unprintable, (sign) => (sign === "\n" || sign === "\t" ? sign : escaped(sign)))

/** The longest name in text for people, in characters. */
const LONGEST_NAME = 60

/** A name for one line of a terminal: {@link printable}, and where it is long, its beginning and its end. */
export const clipped = (name: string, longest = LONGEST_NAME): string => {
  const text = printable(name.length > 2 * longest ? `${name.slice(0, longest)}${name.slice(-longest)}` : name)
  if (text.length <= longest && name.length <= 2 * longest) return text
  const head = Math.ceil((longest - 1) / 2)
  return `${text.slice(0, head)}…${text.slice(text.length - (longest - 1 - head))}`.replaceAll(/\p{Cs}/gu, "")
}

/** Control characters, line and paragraph separators, and marks that change the direction of what follows. */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu

const names: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"]
])

const escaped = (sign: string): string =>
  names.get(sign) ?? `\\u${(sign.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`
