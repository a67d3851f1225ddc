/** Reports with much in them. */
import type { Recording } from "../../../../pipeline/internal.ts"
import type { CurvaturePoint, ReportData } from "../../../../pipeline/mod.ts"
import { least } from "./least.ts"

const interval = (value: number) => ({ value, low: value * 0.9, high: value * 1.1, level: 0.95, n: 5 })

type Row = ReportData["comparison"][number]

/** A row of two tasks and two seeds. */
const compared = (
  row: Pick<Row, "kind" | "method" | "policies">,
  perSeed: readonly [number, number],
  byTask: readonly [number, number]
): Row => ({
  ...row,
  labels: [0, row.policies - 1],
  perSeed,
  meanReturn: interval((perSeed[0] + perSeed[1]) / 2),
  byTask,
  returnByTask: byTask.map(interval),
  operations: 3e9,
  steps: 4096
})

/** Every figure of a run that trains groups by an estimate. */
export const full: ReportData = {
  ...least,
  affinities: [
    {
      id: "centred",
      title: "Centred affinity",
      meaning: "In nats.",
      matrix: [
        [0.25, -0.125],
        [-0.125, 0.25]
      ],
      labels: [1, 0],
      chosen: true
    }
  ],
  estimates: {
    points: [
      { subset: [0, 1], task: 0, estimate: 0.1234, truth: 321 },
      { subset: [0, 1], task: 1, estimate: 0.2, truth: 123 }
    ],
    estimateMeaning: "nats",
    truthMeaning: "return",
    rankCorrelation: interval(0.7),
    pooling: "mean over tasks"
  },
  learning: [
    {
      task: 0,
      points: [
        { iteration: 0, value: 20 },
        { iteration: 1, value: 77 }
      ]
    }
  ],
  firstOrder: [
    { direction: "adapted", distance: 0.001, relativeRss: interval(1e-6) },
    { direction: "adapted", distance: 0.05, relativeRss: interval(0.07) },
    { direction: "random", distance: 0.05, relativeRss: interval(0) }
  ],
  comparison: [
    compared({ kind: "best", method: "the best of all partitions", policies: 1 }, [430, 431], [430, 431]),
    {
      ...compared({ kind: "random", method: "random groups", policies: 2 }, [420, 421], [419, 422]),
      lessGroups: interval(15.5),
      draws: { count: 5, low: 333, high: 444 }
    },
    { ...compared({ kind: "groups", method: "groups by sdp", policies: 2 }, [400, 410], [404, 406]), nmi: 1 }
  ],
  leftOut: [{ method: "one policy told its task", why: "every policy of this run is told its task" }],
  costs: [{ work: "surrogate", flops: 3e10, bytes: 6e9, seconds: 1.5, gflopsPerSecond: 20, fractionOfPeak: 0.25 }],
  warnings: [{ level: "caution", text: "read with care" }]
}

const estimate = (value: number) => ({ estimate: value, low: 0.8 * value, high: 1.2 * value, level: 0.95 })

const bound = {
  epsilon: 0.1,
  training: 0.1,
  hessian: 0.4,
  confidence: 0.1,
  concentration: 0.1,
  taylor: 0.1,
  gap: 0.7,
  total: 0.8
}
const about = { weighted: estimate(3), square: 2, bound }

const curvature = (iteration: number): CurvaturePoint => ({
  set: "all tasks",
  tasks: ["length=0.5", "length=1"],
  iteration,
  transitions: { training: 100, unseen: 100 },
  loss: { training: 0.1, unseen: 0.2 },
  gap: estimate(0.1 * iteration),
  trace: { ...estimate(5), probes: 10 },
  largest: { value: 4, residual: 0.1 },
  smallest: { value: -1, residual: 0.1 },
  constants: { range: 1, norm: 1, lipschitz: 1 },
  start: about,
  zero: about,
  meanReturn: 20
})

const curve = [1, 2].map((policies) => ({
  policies,
  labels: [0, policies - 1],
  returns: [100, 120],
  value: 100 * policies,
  low: 90 * policies,
  high: 115 * policies
}))

const course = [0, 2].map((trainings) => ({
  trainings,
  policies: 2,
  certainty: 0.7 + 0.1 * trainings,
  regret: 4,
  margin: 5
}))

const at = (x: number) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 100"><rect x="${x}" width="90" height="90"/></svg>`

const recording: Recording = {
  task: 1,
  policy: "group 1",
  own: true,
  frames: [],
  steps: 10,
  total: 9,
  ended: true,
  pictures: { steps: [0, 2, 4, 6, 8, 10], secondsPerFrame: 0.04, pictures: [0, 10, 20, 30, 40, 50].map(at) }
}

/** Every figure that there is. */
export const everything: ReportData = {
  ...full,
  prediction: { estimator: "expected-gain", unit: "return", start: 22, curve },
  decided: {
    k: 2,
    labels: [0, 1],
    certain: false,
    certainty: 0.9,
    regret: 4,
    level: 0.95,
    margin: 5,
    allowed: 4,
    trainings: [{ members: [0, 1], seed: 1, returns: [100, 110] }],
    course,
    curve: curve.map((p) => ({ ...p, certainty: 0.9, regret: 4 }))
  },
  selection: {
    learner: "MAML",
    pick: "medoid",
    adaptationSteps: 200,
    unseen: 50,
    rows: [
      {
        kind: "chosen",
        method: "a task of each group",
        perSeed: [90, 110],
        meanReturn: interval(100),
        size: 2,
        sets: [[0, 1]],
        curve: [20, 100],
        operations: 1e9,
        steps: 4096
      },
      {
        kind: "architecture",
        method: "all 2 tasks by paco",
        perSeed: [80, 100],
        meanReturn: interval(90),
        size: 2,
        parameters: 9000,
        sets: [[0, 1]],
        curve: [20, 90],
        operations: 1e9,
        steps: 4096
      }
    ],
    leftOut: [],
    verdict: "unknown"
  },
  curvature: [curvature(1), { ...curvature(2), spectrum: { values: [-1, 0.1, 4], weights: [0.2, 0.5, 0.3] } }],
  recordings: [
    { ...recording, frames: [{ step: 0, picture: at(0) }] },
    { ...recording, policy: "θ★", own: false, total: -2.5 },
    { ...recording, task: 0, frames: [{ step: 0, picture: at(0) }] }
  ]
}
