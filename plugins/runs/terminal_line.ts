/** Lines that are as wide as a terminal allows. */

/** A part of a line. */
export interface LinePart {
  readonly text: string
  /** The same in fewer columns. */
  readonly short?: string
  /** Parts that are worth less go first where there is no room. */
  readonly worth: number
}

/** Between parts. */
const GAP = "  "

/**
 * The parts that fit into so many columns, in their order; of one that is left alone, as much as fits. Before a part goes,
 * parts are shortened.
 */
export const fitted = (parts: readonly LinePart[], columns: number): string => {
  const joined = (some: readonly LinePart[]): string => some.map((p) => p.text).join(GAP)
  if (widthOf(joined(parts)) <= columns) return joined(parts)
  const least = Math.min(...parts.map((p) => p.worth))
  const without = parts.filter((p) => p.worth > least)
  const shortened = parts.map(({ short, ...p }) => ({ ...p, text: short ?? p.text }))
  // A bar goes before anything is shortened.
  if (least > 1 && parts.some((p) => p.short !== undefined)) return fitted(shortened, columns)
  return without.length === 0 ? cutTo(joined(parts), columns) : fitted(without, columns)
}

/** As much of a text as fits, with a sign where something is missing. */
export const cutTo = (text: string, columns: number): string => {
  if (widthOf(text) <= columns) return text
  let [cut, width] = ["", 0]
  for (const sign of text) {
    width += widthOf(sign)
    if (width > columns - 1) break
    cut += sign
  }
  return columns < 1 ? "" : `${cut}…`
}

/** Signs that take two columns: of East Asian scripts, and pictures. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\uFF01-\uFF60]/u
/** Signs that stand on the one before. */
const MARK = /\p{M}|\u200D|\uFE0F/u

/** Columns that a text takes in a terminal. */
export const widthOf = (text: string): number => {
  let width = 0
  for (const sign of text) width += MARK.test(sign) ? 0 : WIDE.test(sign) ? 2 : 1
  return width
}
