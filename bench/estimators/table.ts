/** What `bun run bench estimators` prints. */
import { mean } from "../../core/stat/mod.ts"
import type { CourseJudged } from "./judge.ts"

/** Halves that agree less than this say that the truth does not know itself which groups are better. */
const TOLD = 0.5

const figure = (x: number): string => (Number.isNaN(x) ? "" : x.toFixed(2))

/** As a fraction: 1/n. */
const part = (x: number): string => (Number.isNaN(x) || x === 0 ? "" : x < 1 ? `1/${Math.round(1 / x)}` : x.toFixed(1))

const known = (x: readonly number[]): number => mean(x.filter((v) => !Number.isNaN(v)))

/** Means over families and seeds, a row a method; and a row a family and seed. */
export const tableOf = (all: readonly CourseJudged[]): string => {
  const told = all.filter((c) => c.halves.correlation > TOLD)
  const methods = all[0]?.methods.map((m) => m.method) ?? []
  const of = (some: readonly CourseJudged[], method: string) =>
    some.flatMap((c) => c.methods.filter((m) => m.method === method))
  const rows = methods.map((method) => {
    const [every, clear] = [of(all, method), of(told, method)]
    const share = known(
      told.map((c) => (c.methods.find((m) => m.method === method)?.correlation ?? Number.NaN) / c.halves.correlation)
    )
    return [
      method,
      figure(known(every.map((m) => m.regret))),
      figure(known(clear.map((m) => m.regret))),
      figure(known(every.map((m) => m.fairRegret))),
      figure(known(clear.map((m) => m.fairRegret))),
      figure(known(every.map((m) => m.correlation))),
      figure(share),
      figure(known(every.map((m) => m.groupings))),
      figure(known(every.map((m) => m.nmi))),
      figure(known(every.map((m) => m.pairs))),
      figure(known(every.map((m) => m.larger))),
      figure(known(every.map((m) => m.byTask))),
      part(known(every.map((m) => m.operations))),
      figure(known(every.map((m) => m.seconds)))
    ].join(" | ")
  })
  const families = all.map((c) => {
    const chosen = c.methods.find((m) => m.method === "expected-gain")
    const numbers = [c.start, c.one, c.predicted.one, c.alone, c.predicted.alone, c.best].map((x) => x.toFixed(1))
    const halves = [c.halves.correlation, c.halves.groupings].map(figure)
    const own = [chosen?.correlation ?? Number.NaN, chosen?.groupings ?? Number.NaN, chosen?.regret ?? Number.NaN].map(
      figure
    )
    return [c.course, c.seed, ...numbers, ...halves, ...own, chosen?.policies ?? ""].join(" | ")
  })
  const covered = all.flatMap((c) => c.covered)
  return [
    `${all.length} families and seeds, ${told.length} of them with halves that agree beyond ${TOLD}`,
    "",
    "| method | regret | where told | beside half of the trainings | where told | rank correlation | share of the halves' | of groupings | NMI with the best | pairs | larger | by task | operations | seconds |",
    `| ${new Array(14).fill("---").join(" | ")} |`,
    ...rows.map((r) => `| ${r} |`),
    "",
    "| family | seed | at θ★ | one | predicted | alone | predicted | best | halves | halves, groupings | expected-gain | groupings | regret | policies |",
    `| ${new Array(14).fill("---").join(" | ")} |`,
    ...families.map((r) => `| ${r} |`),
    "",
    `The 95% intervals hold what was reached in ${covered.filter(Boolean).length} of ${covered.length}.`
  ].join("\n")
}
