/** Numbers as people and programs write them into tables, with a decimal point or a decimal comma. */
import { shown } from "../../../core/text/shown.ts"
import type { Flaw } from "./csv_records.ts"

/** Decimal numbers only: what JavaScript also calls numbers ("", "0x1f") is text here. */
const number = /^[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d+)?$/i

const words: ReadonlyMap<string, number> = new Map([
  ["nan", Number.NaN],
  ["na", Number.NaN],
  ["inf", Number.POSITIVE_INFINITY],
  ["+inf", Number.POSITIVE_INFINITY],
  ["-inf", Number.NEGATIVE_INFINITY],
  ["infinity", Number.POSITIVE_INFINITY],
  ["-infinity", Number.NEGATIVE_INFINITY]
])

/** The number of a cell; nothing where it is text. With `commas`, a comma is a decimal sign. */
export const numberOf = (cell: string, commas: boolean): number | undefined => {
  if (!number.test(cell)) return words.get(cell.toLowerCase())
  if (!cell.includes(",")) return Number(cell)
  return commas ? Number(cell.replace(",", ".")) : undefined
}

/** 1,234: a fraction, or one thousand two hundred and thirty-four. */
const doubtful = /^[+-]?[1-9]\d{0,2},\d{3}$/

/** Watches which decimal sign the cells of one table have: it must be one, and it must be certain. */
export const decimalSigns = () => {
  let point: string | undefined
  let comma: string | undefined
  let doubt: string | undefined
  return {
    /** A cell that is a number. */
    see: (cell: string, line: number): void => {
      if (cell.includes(".")) point ??= `${shown(cell)} on line ${line}`
      else if (cell.includes(",")) {
        if (doubtful.test(cell)) doubt ??= `${shown(cell)} on line ${line}`
        else comma ??= `${shown(cell)} on line ${line}`
      }
    },
    flaw: (): Flaw | undefined => {
      const second = comma ?? doubt
      if (point !== undefined && second !== undefined)
        return { want: "one decimal sign", got: `${point} and ${second}` }
      if (doubt === undefined || comma !== undefined) return undefined
      return { want: "decimal points, or commas that cannot separate thousands", got: doubt }
    }
  }
}
