/** The first-order table as an artefact: `first-order/table`, a CSV that people and `pgex check` read. */
import * as E from "fp-ts/lib/Either.js"
import type { Content } from "../../../core/service/run_store.ts"
import type { FirstOrderRow } from "./validity.ts"

const columns = ["direction", "distance", "relative_rss", "low", "high", "level", "directions"] as const

/** The rows as a content for the store; put it under stage `first-order`, name `table`. */
export const firstOrderTable = (rows: readonly FirstOrderRow[]): Content => ({
  kind: "table",
  columns,
  rows: rows.map(({ direction, distance, relativeRss: r }) => [
    direction,
    distance,
    r.value,
    r.low,
    r.high,
    r.level,
    r.n
  ])
})

/** The rows that {@link firstOrderTable} wrote; Left says which line is none. */
export const parseFirstOrderTable = (text: string): E.Either<string, readonly FirstOrderRow[]> => {
  const [head, ...lines] = text.trimEnd().split("\n")
  if (head !== columns.join(",")) return E.left(`columns ${columns.join(",")}, got ${head ?? "nothing"}`)
  const rows: FirstOrderRow[] = []
  for (const line of lines) {
    const [direction, ...cells] = line.split(",")
    const [distance, value, low, high, level, n] = cells.map(Number)
    if (
      (direction !== "adapted" && direction !== "random") ||
      distance === undefined ||
      value === undefined ||
      low === undefined ||
      high === undefined ||
      level === undefined ||
      n === undefined
    ) {
      return E.left(`a direction and six numbers, got ${line}`)
    }
    rows.push({ direction, distance, relativeRss: { value, low, high, level, n } })
  }
  return E.right(rows)
}
