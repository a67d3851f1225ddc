/**
 * A run as OpenTelemetry sees it, by OTLP over HTTP: a trace with a span a stage, and the newest numbers as gauges.
 *
 * Nothing but the address and the variable {@link HEADERS_VARIABLE} decides where what goes: OpenTelemetry's other variables are
 * not read, and no answer leads elsewhere.
 */
import { URL } from "node:url"
import { ConfigProvider, Effect, Exit, Layer, ManagedRuntime, Metric, type Tracer } from "effect"
import { FetchHttpClient, HttpClient } from "effect/http"
import { OtlpMetrics, OtlpSerialization, OtlpTracer } from "effect/observability"
import * as E from "fp-ts/lib/Either.js"
import { type ArgumentError, cannot } from "../../core/failure/mod.ts"
import { reasonOf } from "../../core/service/file_error.ts"
import type { StageProgress } from "../../core/service/progress.ts"
import type { EventRow } from "../../core/service/run_store.ts"
import { shown } from "../../core/text/shown.ts"
import type { LoggedRun, Logging } from "../loading/mod.ts"

/** Names the variable with headers for the receiver, `NAME=VALUE,…`: what is secret is to be in no command line. */
export const HEADERS_VARIABLE = "OTEL_EXPORTER_OTLP_HEADERS"

/** The name of the service, and what all names of numbers begin with. */
const SERVICE = "policygradex"

/** The receiver's address. Errors: `ArgumentError` for what is none, and for one with a password in it. */
export const receiverAt = (address: string): E.Either<ArgumentError, URL> => {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    const want = "the address of a receiver of OTLP over HTTP"
    return cannot("use --log otel=", want, shown(address), "for example otel=http://127.0.0.1:4318")
  }
  if (url.username === "" && url.password === "") return E.right(url)
  const fix = `a run keeps its command line: put it into ${HEADERS_VARIABLE}, as authorization=Basic%20…`
  return cannot("use --log otel=", "an address without a name and password", "one with them", fix)
}

/** Sends to the receiver until it is closed; then throws if the receiver did not take all of it. */
export const telemetry = async (receiver: URL, run: LoggedRun, headers: string | undefined): Promise<Logging> => {
  const lost: { reason?: string } = {}
  const runtime = ManagedRuntime.make(exporting(receiver, run, { headers: headersIn(headers), lost }))
  const whole = await runtime.runPromise(
    Effect.makeSpan("run", {
      root: true,
      attributes: { run: run.name, preset: run.config.preset, seed: run.config.seed, tasks: run.config.family.n }
    })
  )
  const open = new Map<string, Tracer.Span>()
  const end = (span: Tracer.Span, exit: Exit.Exit<unknown, unknown> = Exit.void): void =>
    span.end(BigInt(Date.now()) * 1_000_000n, exit)
  const gauge = (name: string, attributes: Readonly<Record<string, string>>, value: number) =>
    Metric.update(Metric.withAttributes(Metric.gauge(`${SERVICE}.${name}`), attributes), value)
  const set = (rows: readonly EventRow[]): Promise<void> =>
    runtime.runPromise(
      Effect.forEach(
        // OTLP has numbers that are not finite, but its JSON has none.
        rows.filter(({ value }) => Number.isFinite(value)),
        ({ stage, task, metric, value }) => gauge(metric, { stage, task }, value),
        { discard: true }
      )
    )
  return {
    log: set,
    progress: async (progress) => {
      const { stage, done, total, steps, note } = progress
      const span = open.get(stage) ?? (await runtime.runPromise(Effect.makeSpan(stage, { parent: whole })))
      open.set(stage, span)
      for (const [key, value] of Object.entries({ done, total, steps, note })) span.attribute(key, value)
      await runtime.runPromise(setProgress(gauge, progress))
      if (done < total) return
      end(span)
      open.delete(stage)
    },
    close: async (ending) => {
      const exit = ending === "finished" ? Exit.void : ending === "stopped" ? Exit.interrupt() : Exit.fail(ending)
      for (const span of [...open.values(), whole]) end(span, exit)
      await runtime.dispose()
      if (lost.reason !== undefined) throw new Error(`${receiver.href} did not take all: ${lost.reason}`)
    }
  }
}

const setProgress = (
  gauge: (name: string, attributes: Readonly<Record<string, string>>, value: number) => Effect.Effect<void>,
  { stage, done, total, steps }: StageProgress
) =>
  Effect.all([
    gauge("stage.done", { stage }, done),
    gauge("stage.total", { stage }, total),
    ...(steps === undefined ? [] : [gauge("stage.environment_steps", { stage }, steps)])
  ])

interface Sending {
  readonly headers: Readonly<Record<string, string>>
  /** Where it is told why something was lost. */
  readonly lost: { reason?: string }
}

/** Effect's exporters, with metrics of their own. */
const exporting = (receiver: URL, { name }: LoggedRun, { headers, lost }: Sending) => {
  const resource = { serviceName: SERVICE, attributes: { "service.instance.id": name } }
  const to = (path: string) => ({ url: new URL(path, receiverFolder(receiver)).href, resource, headers })
  const client = Layer.effect(HttpClient.HttpClient)(
    Effect.map(HttpClient.HttpClient, (fetching) =>
      fetching.pipe(
        HttpClient.filterStatusOk,
        HttpClient.tapError((error) =>
          Effect.sync(() => {
            lost.reason = reasonOf(error)
          })
        ),
        HttpClient.tap(() =>
          Effect.sync(() => {
            delete lost.reason
          })
        )
      )
    )
  )
  return Layer.mergeAll(OtlpTracer.layer(to("v1/traces")), OtlpMetrics.layer(to("v1/metrics"))).pipe(
    Layer.provide(OtlpSerialization.layerJson),
    Layer.provide(client),
    Layer.provide(FetchHttpClient.layer),
    Layer.provideMerge(
      Layer.mergeAll(
        Layer.succeed(FetchHttpClient.RequestInit)({ redirect: "error" }),
        Layer.succeed(Metric.MetricRegistry)(new Map()),
        ConfigProvider.layer(ConfigProvider.fromEnv({ env: {} }))
      )
    )
  )
}

/** The address as a folder, so that a path of its own stays. */
const receiverFolder = ({ href }: URL): string => (href.endsWith("/") ? href : `${href}/`)

/** `NAME=VALUE,…`, values as addresses have them. Source: opentelemetry.io/docs/specs/otel/protocol/exporter. */
const headersIn = (text = ""): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text.split(",").flatMap((pair) => {
      const at = pair.indexOf("=")
      return at <= 0 ? [] : [[pair.slice(0, at).trim().toLowerCase(), decodeURIComponent(pair.slice(at + 1).trim())]]
    })
  )
