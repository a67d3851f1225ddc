/**
 * Bilevel meta-learning on frozen lakes, exactly (Xu and Zhu, NeurIPS 2024, Figures 1, 3 and 4): two task variances of 20 lakes,
 * Alg(1), (2) and (3), ten seeds. Cells that the folder holds are not computed again.
 *
 * bun run experiments/bilevel_frozenlake.ts [seeds] [folder]
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Effect, FileSystem, Path, Schema } from "effect"
import { Cell } from "./bilevel/cell.ts"
import { algs, cellOf, paper } from "./bilevel/lakes.ts"
import { lakesPicture } from "./bilevel/picture.ts"
import { constantTable, gapTable, holds, returnTable } from "./bilevel/tables.ts"

const [seeds = String(paper.seeds), folder = "runs/bilevel-frozenlake"] = process.argv.slice(2)

const Cells = Schema.fromJsonString(Schema.Array(Cell))

/** Nine digits of each number, a cell a line. */
const textOf = (cells: readonly Cell[]): string => {
  const short = (_: string, x: unknown) => (typeof x === "number" ? Number(x.toPrecision(9)) : x)
  return `[\n${cells.map((c) => JSON.stringify(c, short)).join(",\n")}\n]\n`
}

const program = Effect.gen(function* () {
  const files = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  yield* files.makeDirectory(folder, { recursive: true })
  const kept = path.join(folder, "cells.json")
  const replace = Effect.fn(function* (name: string, text: string) {
    const to = path.join(folder, name)
    yield* files.writeFileString(`${to}.part`, text)
    yield* files.rename(`${to}.part`, to)
  })
  const cells: Cell[] = (yield* files.exists(kept))
    ? [...(yield* Schema.decodeEffect(Cells)(yield* files.readFileString(kept)))]
    : []
  for (const variance of ["high", "low"] as const)
    for (const alg of algs)
      for (let seed = 0; seed < Number(seeds); seed++) {
        if (cells.some((c) => c.variance === variance && c.alg === alg.id && c.seed === seed)) continue
        cells.push(cellOf(variance, alg, seed))
        yield* replace("cells.json", textOf(cells))
        yield* Console.error(`${variance} variance, Alg(${alg.id}), seed ${seed}`)
        yield* Effect.yieldNow
      }
  const picture = lakesPicture(cells)
  yield* replace("figures.svg", picture)
  const said = [gapTable(cells), returnTable(cells), constantTable(cells), ...holds(cells)]
  yield* replace("tables.md", `${said.join("\n\n")}\n`)
  for (const part of said) yield* Console.log(`${part}\n`)
})

NodeRuntime.runMain(program.pipe(Effect.provide(NodeServices.layer)))
