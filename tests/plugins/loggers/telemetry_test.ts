/** OpenTelemetry: what a receiver gets of a real run, and that nobody else gets anything. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import type { EventRow } from "../../../core/service/run_store.ts"
import { loggerFindings } from "../../../plugins/loading/check_loggers.ts"
import type { Logging } from "../../../plugins/loading/mod.ts"
import { loggerNamed } from "../../../plugins/loggers/mod.ts"
import { experiment } from "../../../plugins/runs/experiment.ts"
import { smallest } from "../../pipeline/job/support.ts"
import { right } from "../../support/right.ts"
import { printed, protocol } from "./support.ts"

interface Received {
  readonly path: string
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

/** A receiver on this machine: answers with `status`, and keeps what it is sent. */
const receiver = async (status = 200, location?: string) => {
  const got: Received[] = []
  const server = createServer((request, response) => {
    let body = ""
    request.on("data", (part) => (body += part))
    request.on("end", () => {
      got.push({ path: request.url ?? "", headers: request.headers, body })
      response.writeHead(status, location === undefined ? {} : { location }).end("{}")
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  assert.ok(address !== null && typeof address === "object")
  const close = () => {
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    return closed
  }
  return { got, url: `http://127.0.0.1:${address.port}`, close }
}

/** Messages by the protocol's own definitions; an unknown field is a mistake. */
const PROTOCOL = `
import base64, json, sys
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
def ids(x):
    if isinstance(x, list): return [ids(y) for y in x]
    if not isinstance(x, dict): return x
    # OTLP's JSON has ids in hexadecimal digits, other than protobuf's.
    hex = lambda k, v: base64.b64encode(bytes.fromhex(v)).decode() if k in ("traceId", "spanId", "parentSpanId") else ids(v)
    return {k: hex(k, v) for k, v in x.items()}
spans, gauges = [], {}
for path, body in json.loads(sys.argv[1]):
    kind = ExportTraceServiceRequest if path.endswith("/traces") else ExportMetricsServiceRequest
    m = json_format.ParseDict(ids(json.loads(body)), kind())
    if kind is ExportTraceServiceRequest:
        for s in m.resource_spans[0].scope_spans[0].spans:
            spans.append([s.name, s.trace_id.hex(), s.span_id.hex(), s.parent_span_id.hex(), s.end_time_unix_nano >= s.start_time_unix_nano])
    else:
        for metric in m.resource_metrics[0].scope_metrics[0].metrics:
            gauges[metric.name] = [[{a.key: a.value.string_value for a in p.attributes}, p.as_double] for p in metric.gauge.data_points]
print(json.dumps([spans, gauges]))
`

type Spans = readonly (readonly [name: string, trace: string, span: string, parent: string, ordered: boolean])[]
type Gauges = Readonly<Record<string, readonly (readonly [Readonly<Record<string, string>>, number])[]>>

/** The same of the JSON as it stands, where there is no Python with the definitions. */
const decoded = (got: readonly Received[]): readonly [Spans, Gauges] => {
  const of = (path: string) => got.filter((r) => r.path.endsWith(path)).map((r) => JSON.parse(r.body))
  const spans: Spans = of("/traces").flatMap((m) =>
    m.resourceSpans[0].scopeSpans[0].spans.map((s: Readonly<Record<string, string>>) => [
      s.name,
      s.traceId,
      s.spanId,
      s.parentSpanId ?? "",
      BigInt(s.endTimeUnixNano ?? 0) >= BigInt(s.startTimeUnixNano ?? 0)
    ])
  )
  interface Point {
    readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue: string } }[]
    readonly asDouble: number
  }
  interface Gauge {
    readonly name: string
    readonly gauge: { readonly dataPoints: readonly Point[] }
  }
  const gauges: readonly Gauge[] = of("/metrics").flatMap((m) => m.resourceMetrics[0].scopeMetrics[0].metrics)
  const points = ({ gauge }: Gauge) =>
    gauge.dataPoints.map(
      (p) => [Object.fromEntries(p.attributes.map((a) => [a.key, a.value.stringValue])), p.asDouble] as const
    )
  return [spans, Object.fromEntries(gauges.map((g) => [g.name, points(g)]))]
}

interface Measured {
  readonly task: string
  readonly value: number
}

/** Does a small run that tells this address; its rows of meta-training's returns. */
const runTelling = async (address: string): Promise<readonly Measured[]> => {
  const logger = right(loggerNamed(`otel=${address}`))
  const rows: Measured[] = []
  const wanted = (r: EventRow): boolean => r.stage === "meta-training" && r.metric === "meanReturn"
  const beside = {
    id: "rows",
    summary: "keeps rows",
    open: (): Logging => ({ log: (more) => void rows.push(...more.filter(wanted)) })
  }
  const { preset: _, ...settings } = smallest
  await Effect.runPromise(experiment({ ...settings, preset: "quick" }, { quiet: true, loggers: [logger, beside] }))
  return rows
}

/** A span for the run, one below it for each stage, and the newest returns. */
const assertTold = ([spans, gauges]: ReturnType<typeof decoded>, rows: readonly Measured[]): void => {
  const root = spans.find(([name]) => name === "run") ?? assert.fail("no span of the run")
  const stages = spans.filter((span) => span !== root)
  assert.ok(["meta-training", "surrogate", "group training"].every((name) => stages.some((s) => s[0] === name)))
  for (const [name, trace, , parent, ordered] of stages)
    assert.deepEqual([trace, parent, ordered], [root[1], root[2], true], name)
  const newest = new Map(rows.map(({ task, value }) => [task, value]))
  assert.equal(newest.size, smallest.family.n)
  for (const [task, value] of newest) {
    const point = gauges["policygradex.meanReturn"]?.find(([at]) => at.stage === "meta-training" && at.task === task)
    assert.deepEqual(point, [{ stage: "meta-training", task }, value])
  }
}

test("a receiver gets a run as a trace of stages, and its newest numbers", async () => {
  const { got, url, close } = await receiver()
  process.env.OTEL_EXPORTER_OTLP_HEADERS = "Authorization=Basic%20abc,x-team=rl"
  process.env.OTEL_SERVICE_NAME = "another"
  const rows = await runTelling(`${url}/collect`)
  await close()
  delete process.env.OTEL_EXPORTER_OTLP_HEADERS
  delete process.env.OTEL_SERVICE_NAME
  assert.deepEqual([...new Set(got.map((r) => r.path))].sort(), ["/collect/v1/metrics", "/collect/v1/traces"])
  for (const { headers, body } of got) {
    assert.deepEqual([headers.authorization, headers["x-team"]], ["Basic abc", "rl"])
    assert.ok(!body.includes("another"))
  }
  const found = decoded(got)
  // By the protocol's own definitions, where they are here.
  if (protocol !== undefined)
    assert.deepEqual(found, printed(protocol, PROTOCOL, [JSON.stringify(got.map((r) => [r.path, r.body]))]))
  assertTold(found, rows)
})

const collector = process.env.PGEX_OTELCOL
const noCollector = collector === undefined && "no collector: PGEX_OTELCOL, tests/plugins/loggers/collector"

test("OpenTelemetry's own collector reads a run and writes what it told", { skip: noCollector }, async () => {
  const { url, close } = await receiver()
  await close()
  const path = join(mkdtempSync(join(tmpdir(), "pgex-otel-")), "got.jsonl")
  const pipeline = { receivers: ["otlp"], exporters: ["file"] }
  const config = {
    receivers: { otlp: { protocols: { http: { endpoint: url.slice("http://".length) } } } },
    exporters: { file: { path } },
    service: { telemetry: { metrics: { level: "none" } }, pipelines: { traces: pipeline, metrics: pipeline } }
  }
  const child = spawn(collector ?? "", ["--config", `yaml:${JSON.stringify(config)}`], { stdio: "ignore" })
  const ended = once(child, "exit")
  const isUp = (): Promise<boolean> =>
    fetch(`${url}/v1/traces`, { method: "POST", body: "{}", headers: { "content-type": "application/json" } }).then(
      ({ ok }) => ok,
      () => false
    )
  while (child.exitCode === null && !(await isUp())) await setTimeout(50)
  const rows = await runTelling(url)
  child.kill("SIGTERM")
  await ended
  const lines = readFileSync(path, "utf8").trimEnd().split("\n")
  const kind = (line: string): string => (line.startsWith('{"resourceSpans"') ? "/traces" : "/metrics")
  assertTold(decoded(lines.map((body) => ({ path: kind(body), headers: {}, body }))), rows)
  rmSync(dirname(path), { recursive: true })
})

const row = { stage: "meta", step: 0, task: "", metric: "loss", value: Number.NaN }

test("a receiver that refuses is told at the end, and no answer leads elsewhere", async () => {
  const elsewhere = await receiver()
  for (const { status, reason } of [
    { status: 400, reason: /did not take all/ },
    { status: 307, reason: /did not take all/ }
  ]) {
    const { url, close, got } = await receiver(status, elsewhere.url)
    const logging = await right(loggerNamed(`otel=${url}`)).open({ name: "run", config: smallest, directory: "" })
    await logging.log([row])
    await assert.rejects(async () => logging.close?.("failed"), reason)
    assert.ok(got.length > 0)
    await close()
  }
  const lawful = right(loggerNamed(`otel=${elsewhere.url}`))
  assert.equal(elsewhere.got.length, 0)
  assert.deepEqual(await Effect.runPromise(loggerFindings(lawful, () => {})), [])
  assert.ok(elsewhere.got.length > 0)
  await elsewhere.close()
})

test("an address that is none, or that holds a password, is refused", () => {
  const sentence = (asked: string) => {
    const logger = loggerNamed(asked)
    return E.isLeft(logger) ? logger.left.message : ""
  }
  for (const bad of ["otel", "otel=localhost:4318", "otel=file:///etc"])
    assert.match(sentence(bad), /want the address of a receiver of OTLP over HTTP.*for example otel=http/)
  const secret = sentence("otel=https://me:secret@example.org")
  assert.match(secret, /put it into OTEL_EXPORTER_OTLP_HEADERS/)
  assert.ok(!secret.includes("secret"))
})
