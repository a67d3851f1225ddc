import type { ReportData } from "../../../../pipeline/result/report_data.ts"

/** A report with as little in it as can be. */
export const least: ReportData = {
  title: "Run <1>",
  headline: 'Two tasks & "one" group',
  tasks: [
    { id: "length=0.5", params: { length: 0.5 } },
    { id: "length=1", params: { length: 1 } }
  ],
  grouping: { method: "sdp", k: 1, labels: [0, 0] },
  affinities: [],
  learning: [],
  learningMeaning: "mean return",
  firstOrder: [],
  firstOrderMaximum: 0.02,
  comparison: [],
  comparisonMeaning: "mean return",
  leftOut: [],
  costs: [],
  warnings: [],
  receipts: {
    run: "quick-0",
    command: "pgex run quick",
    seed: 0,
    session: "wasm",
    sessionReason: "SIMD",
    sessions: [],
    peak: { gflopsPerSecond: 80, program: "a product" },
    plugins: [],
    config: { preset: "quick" },
    versions: {},
    machine: {},
    seconds: {},
    digest: "d0",
    events: { rows: 0, sha256: "" },
    artefacts: []
  }
}
