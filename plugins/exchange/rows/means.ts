/** One mean gradient and its noise for each task, as Python's snippets of docs/python.md write them. */
import { Effect, Stream } from "effect"
import { argumentError } from "../../../core/failure/mod.ts"
import { clipped } from "../../../core/text/printable.ts"
import type { MeanGradient, RowSource } from "../../../pipeline/mod.ts"

/** Whether rows are such: one a task, with `mean` and `variance`. */
export const isMeans = ({ columns }: RowSource): boolean =>
  ["mean", "variance", "transitions"].every((name) => columns.some((c) => c.name === name))

/**
 * Reads them.
 *
 * - Errors: `ArgumentError` for a task twice, numbers that are not finite, variances below 0, fewer than two transitions or tasks;
 *   `FileError`.
 */
export const readMeans = Effect.fn("exchange.readMeans")(function* (source: RowSource) {
  const found: MeanGradient[] = []
  yield* source.read(["task", "transitions", "mean", "variance"]).pipe(
    Stream.runForEach(({ count, numbers, texts }) =>
      Effect.sync(() => {
        for (let r = 0; r < count; r++) {
          const part = (name: string): Float64Array => {
            const all = numbers[name] ?? new Float64Array(0)
            return Float64Array.from(all.subarray((r * all.length) / count, ((r + 1) * all.length) / count))
          }
          const id = texts.task?.[r] ?? String(numbers.task?.[r] ?? found.length)
          found.push({ id, transitions: part("transitions")[0] ?? 0, mean: part("mean"), variance: part("variance") })
        }
      })
    )
  )
  const refuse = (want: string, got: string) => Effect.fail(argumentError({ doing: `read ${source.name}`, want, got }))
  if (found.length < 2) return yield* refuse("two tasks at least", `${found.length}`)
  for (const [i, { id, transitions, mean, variance }] of found.entries()) {
    const task = clipped(id)
    if (found.findIndex((m) => m.id === id) < i) return yield* refuse("each task once", `${task} twice`)
    if (!(transitions >= 2)) return yield* refuse(`two transitions at least of ${task}`, `${transitions}`)
    if (variance.length !== mean.length)
      return yield* refuse(`as many variances as means of ${task}`, `${variance.length} for ${mean.length}`)
    if (!mean.every(Number.isFinite)) return yield* refuse(`finite means of ${task}`, "others")
    if (!variance.every((v) => v >= 0 && v < Number.POSITIVE_INFINITY))
      return yield* refuse(`variances of ${task} from 0 on`, "others")
  }
  return found
})
