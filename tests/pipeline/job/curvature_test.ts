/** A run that measures what the iterations of its trainings learn on unseen transitions. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { artefact, run, tiny } from "./support.ts"

const asked = { curvature: { checkpoints: 2, probes: 8, spectrum: true } } as const

test("a run that is asked to has curvature in its summary, its report and a file; its other files are as without", async () => {
  const [plain, { data, files }] = [await run(tiny), await run({ ...tiny, ...asked })]
  assert.equal(plain.data.curvature, undefined)
  const points = data.curvature ?? []
  assert.deepEqual(
    points.map((p) => [p.tasks.length, p.iteration]),
    [
      [1, 0],
      [1, 3],
      [3, 0],
      [3, 3],
      [3, 0],
      [3, 3],
      [6, 0],
      [6, 3]
    ]
  )
  assert.ok(points.every((p) => p.gap.low <= p.start.bound.gap && p.trace.probes === 8))
  assert.deepEqual(JSON.parse(new TextDecoder().decode(artefact(files, "curvature/points"))), points)
  const report = (all: ReadonlyMap<string, Uint8Array>) => new TextDecoder().decode(all.get("report.html"))
  assert.match(report(files), /What holds on unseen transitions[\s\S]*aria-label="Generalisation gap and Hessian bound/)
  assert.match(report(files), /aria-label="Density of the Hessian's eigenvalues/)
  for (const { spectrum, largest, smallest } of points) {
    assert.ok(spectrum !== undefined && spectrum.values.length === spectrum.weights.length)
    const [low, high] = [spectrum.values[0]!, spectrum.values[spectrum.values.length - 1]!]
    assert.ok(low >= smallest.value - smallest.residual - 1e-4 && high <= largest.value + largest.residual + 1e-4)
  }
  assert.doesNotMatch(report(plain.files), /What holds on unseen transitions/)
  const others = [...files.keys()].filter((path) => /\.(npy|safetensors|csv)$/.test(path))
  assert.deepEqual(
    others,
    [...plain.files.keys()].filter((path) => /\.(npy|safetensors|csv)$/.test(path))
  )
})

test("a learner whose iterations train on other transitions leaves curvature out of its run", async () => {
  const { data } = await run({
    ...tiny,
    ...asked,
    family: { id: "pendulum-length", n: 2, options: {} },
    algorithm: { id: "sac", sac: { learningStarts: 100, batch: 48, updates: 1, replay: 600 } },
    meta: { ...tiny.meta, iterations: 2, stepsPerTask: 128, vector: 2 },
    surrogate: { ...tiny.surrogate, transitionsPerTask: 256, dimension: 20 },
    truth: { ...tiny.truth, subsets: 0, stepsPerTask: 64 },
    grouping: { ...tiny.grouping, k: 1 },
    groupTraining: { ...tiny.groupTraining, iterations: 1, seeds: 1 },
    evaluation: { episodes: 1, actions: "sample" }
  })
  assert.equal(data.curvature, undefined)
  assert.ok(data.comparison.length > 0)
})
