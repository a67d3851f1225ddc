import assert from "node:assert/strict"
import { test } from "node:test"
import type { ReportData } from "../../../../pipeline/result/report_data.ts"
import { report } from "../../../../plugins/runs/report/mod.ts"
import { least } from "./least.ts"

const interval = (value: number) => ({ value, low: value * 0.9, high: value * 1.1, level: 0.95, n: 5 })

const full: ReportData = {
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
    {
      kind: "best",
      method: "the best of all partitions",
      policies: 1,
      labels: [0, 0],
      perSeed: [430, 431],
      meanReturn: interval(430.5),
      byTask: [430, 431],
      operations: 3e9,
      steps: 4096
    },
    {
      kind: "random",
      method: "random groups",
      policies: 2,
      labels: [0, 1],
      perSeed: [420, 421],
      meanReturn: interval(420.5),
      lessGroups: interval(15.5),
      byTask: [419, 422],
      operations: 3e9,
      steps: 4096,
      draws: { count: 5, low: 333, high: 444 }
    },
    {
      kind: "groups",
      method: "groups by sdp",
      policies: 2,
      labels: [0, 1],
      perSeed: [400, 410],
      meanReturn: interval(405),
      byTask: [404, 406],
      operations: 3e9,
      steps: 4096,
      nmi: 1
    }
  ],
  leftOut: [{ method: "one policy told its task", why: "every policy of this run is told its task" }],
  costs: [{ work: "surrogate", flops: 3e10, bytes: 6e9, seconds: 1.5, gflopsPerSecond: 20, fractionOfPeak: 0.25 }],
  warnings: [{ level: "caution", text: "read with care" }]
}

test("report() is one self-contained page: nothing is fetched, nothing runs", () => {
  const page = report(full)
  assert.ok(page.startsWith("<!doctype html>"))
  const outside = page.replaceAll(/xmlns(:\w+)?="[^"]*"/g, "")
  assert.ok(!/https?:|url\(|@import|<script|<link|<img|\bsrc=/i.test(outside))
})

test("report() gives the same text for the same data", () => assert.equal(report(full), report(full)))

test("report() draws a picture for each part that has data, and leaves the others out", () => {
  assert.equal(report(full).match(/<svg/g)?.length, 6)
  assert.equal(report(least).match(/<svg/g), null)
})

test("report() shows the numbers behind each picture", () => {
  const page = report(full)
  for (const text of [
    "−.13",
    "0.1234",
    "321",
    "0.7 (0.63 to 0.77)",
    "0.07 (0.063 to 0.077)",
    "400, 410",
    "groups by sdp (this run's)",
    "405, 2 policies",
    "5 draws, 333 to 444",
    "The best of all partitions: length=0.5, length=1.",
    "15.5 (13.95 to 17.05)",
    "Left out: one policy told its task, as every policy of this run is told its task.",
    "25%",
    "Peak: 80",
    "read with care"
  ]) {
    assert.ok(page.includes(text), text)
  }
})

test("report() escapes what tasks and titles are called", () => {
  const page = report(least)
  assert.ok(page.includes("Run &lt;1&gt;") && page.includes("Two tasks &amp; &quot;one&quot; group"))
})

test("report() never writes NaN into a picture", () => {
  const pictures =
    report(full)
      .match(/<svg[\s\S]*?<\/svg>/g)
      ?.join("") ?? ""
  assert.ok(!pictures.includes("NaN"))
})

test("report() shows films as images of their own, which cannot reach the page", () => {
  const picture = `<svg xmlns="http://www.w3.org/2000/svg"><script>alert("1")</script></svg>`
  const page = report({
    ...full,
    recordings: [
      {
        task: 1,
        frames: [
          { step: 0, picture },
          { step: 9, picture }
        ],
        steps: 9,
        total: -2.5,
        ended: true
      }
    ]
  })
  assert.equal(page.match(/<img /g)?.length, 2)
  assert.ok([...page.matchAll(/\bsrc="([^"]*)"/g)].every(([, src]) => src?.startsWith("data:image/svg+xml,%3Csvg")))
  assert.ok(!page.includes("<script"))
  assert.ok(page.includes("ended after 9 steps, return -2.5"))
})
