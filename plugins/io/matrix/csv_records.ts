/** Lines of separated text as cells; cells in quotes may hold separators, line ends and doubled quotes. */
import * as E from "fp-ts/lib/Either.js"

/** One line, or several where a quoted cell holds line ends. */
export interface TextRecord {
  /** Where it begins, from 1. */
  readonly line: number
  /** Begins with `#`: a remark, unless that is how a task is called. */
  readonly remark: boolean
  readonly cells: readonly string[]
}

/** What was wanted and what came. */
export interface Flaw {
  readonly want: string
  readonly got: string
}

/** What stands between cells: one sign, or white space of any length. */
export type Separator = string | undefined

/**
 * The records of a text that are not empty, one after the other; ends with the first that cannot be read.
 *
 * - Errors: `Flaw` for a quote that never closes, and for more than `mostCells` cells.
 */
export function* records(
  text: string,
  separator: Separator,
  mostCells: number
): Generator<E.Either<Flaw, TextRecord>, undefined> {
  let at = 0
  for (let line = 1; at < text.length; ) {
    const begin = line
    at = skipBlanks(text, at, separator)
    if (text[at] === "#") {
      const end = endOfLine(text, at)
      const rest = text.slice(at, end)
      yield E.right({ line, remark: true, cells: rest.split(separator ?? /\s+/).map((cell) => cell.trim()) })
      at = end
    } else {
      const cells: string[] = []
      let quoted = false
      for (let more = true; more; ) {
        quoted ||= text[at] === '"'
        const cell = text[at] === '"' ? quotedCell(text, at, separator) : plainCell(text, at, separator)
        if (cell === undefined)
          return yield E.left({ want: "a quote that closes", got: `one on line ${line} that does not` })
        cells.push(cell.text)
        if (cells.length > mostCells) return yield E.left({ want: `at most ${mostCells - 1} columns`, got: "more" })
        line += cell.lines
        at = skipBlanks(text, cell.end, separator)
        more = separator === undefined ? at < text.length && !isLineEnd(text[at]) : text[at] === separator
        if (more && separator !== undefined) at = skipBlanks(text, at + 1, separator)
      }
      if (quoted || cells.length > 1 || cells[0] !== "") yield E.right({ line: begin, remark: false, cells })
    }
    at += text.startsWith("\r\n", at) ? 2 : 1
    line++
  }
}

interface Cell {
  readonly text: string
  /** Where the next sign stands. */
  readonly end: number
  /** Line ends within. */
  readonly lines: number
}

const plainCell = (text: string, from: number, separator: Separator): Cell => {
  let end = from
  while (end < text.length && !isLineEnd(text[end]) && !isSeparator(text[end], separator)) end++
  return { text: text.slice(from, end).trim(), end, lines: 0 }
}

/** Doubled quotes within are one; what follows the closing quote belongs to the cell. */
const quotedCell = (text: string, from: number, separator: Separator): Cell | undefined => {
  let close = text.indexOf('"', from + 1)
  while (text[close + 1] === '"' && close >= 0) close = text.indexOf('"', close + 2)
  if (close < 0) return undefined
  const inside = text.slice(from + 1, close).replaceAll('""', '"')
  const rest = plainCell(text, close + 1, separator)
  return { text: inside + rest.text, end: rest.end, lines: inside.split(/\r\n|\n|\r/).length - 1 }
}

const isLineEnd = (sign: string | undefined): boolean => sign === "\n" || sign === "\r"

const isBlank = (sign: string | undefined): boolean => sign !== undefined && !isLineEnd(sign) && sign.trim() === ""

const isSeparator = (sign: string | undefined, separator: Separator): boolean =>
  separator === undefined ? isBlank(sign) : sign === separator

const skipBlanks = (text: string, from: number, separator: Separator): number => {
  let at = from
  while (at < text.length && isBlank(text[at]) && text[at] !== separator) at++
  return at
}

const endOfLine = (text: string, from: number): number => {
  let end = from
  while (end < text.length && !isLineEnd(text[end])) end++
  return end
}
