/** The server of `pgex watch`: pages of runs, and what is new of them as server-sent events. */
import { createServer } from "node:http"
import { URL } from "node:url"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Effect, Stream } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { argumentError } from "../../core/failure/mod.ts"
import { reasonOf } from "../../core/service/file_error.ts"
import { diskFiles, LARGEST_JSON } from "../runs/store/internal.ts"
import { type Asked, refusalOf, TOKEN_COOKIE, tokenIn } from "./admission.ts"
import type { WatchedFolder } from "./folder.ts"
import { page, script } from "./page.ts"
import { listView, type Parts, runView } from "./view.ts"
import type { WatchedRun } from "./watched_run.ts"

/** What is served, and where. */
export interface Serving {
  readonly folder: WatchedFolder
  /** Milliseconds that only grow. */
  readonly clock: () => number
  /** What the list is called. */
  readonly title: string
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Asked for in every request, where there is one. */
  readonly token?: string
  /** The run that `/` shows, where there is but one. */
  readonly only?: string
}

/** Nothing but its own script runs, nothing is fetched from elsewhere, and no other page may hold it. */
const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store"
} as const

/** A report is a page of whoever made the run: its scripts run apart from everything that is served here. */
const REPORT = { ...HEADERS, "content-security-policy": "sandbox allow-scripts" }

/** Pages that are looked at at a time. */
const MOST_WATCHERS = 64

/**
 * Serves until the scope closes; gives the address.
 *
 * - Errors: `ArgumentError` where the port cannot be had.
 */
export const serve = Effect.fn("watch.serve")(function* (serving: Serving) {
  const { host, port } = serving
  const server = yield* NodeHttpServer.make(createServer, { host, port, gracefulShutdownTimeout: "200 millis" }).pipe(
    Effect.mapError((e) =>
      argumentError({
        doing: `serve on ${host}:${port}`,
        want: "a port that is free, at an address of this machine",
        got: reasonOf(e.cause),
        fix: "--port 0 takes a free one"
      })
    )
  )
  yield* server.serve(answering(serving))
  return "port" in server.address ? server.address.port : port
})

const answering = ({ folder, clock, title, token, only }: Serving) => {
  let watchers = 0
  const drawn = new Map<string, { readonly watched: WatchedRun; readonly version: number; readonly parts: Parts }>()
  /** The parts that an address asks for; nothing where there is no such run. */
  const viewOf = async (url: URL): Promise<Parts | undefined> => {
    const name = url.pathname === "/" ? only : (url.searchParams.get("name") ?? only)
    if (name === undefined) return listView(title, await folder.list())
    const run = await folder.run(name)
    if (run === undefined) return undefined
    const [metric, version] = [url.searchParams.get("metric") ?? undefined, run.watched.version()]
    const key = JSON.stringify([name, metric])
    const known = drawn.get(key)
    if (known?.watched === run.watched && known.version === version) return known.parts
    const parts = await runView(run, metric)
    drawn.delete(key)
    drawn.set(key, { watched: run.watched, version, parts })
    for (const other of drawn.keys()) if (drawn.size > MOST_WATCHERS) drawn.delete(other)
    return parts
  }
  const events = (url: URL) => {
    let before: Parts = {}
    const view = sparing(clock, () => viewOf(url))
    const changes = Stream.tick("1 second").pipe(
      Stream.mapEffect(() => Effect.promise(view)),
      Stream.map((parts = {}) => {
        const newer = Object.fromEntries(Object.entries(parts).filter(([name, markup]) => before[name] !== markup))
        before = { ...before, ...newer }
        // A remark, so that a connection that is gone is noticed.
        return Object.keys(newer).length === 0 ? ": \n\n" : `event: parts\ndata: ${JSON.stringify(newer)}\n\n`
      })
    )
    return changes.pipe(
      Stream.onStart(Effect.sync(() => void watchers++)),
      Stream.ensuring(Effect.sync(() => void watchers--)),
      Stream.encodeText
    )
  }
  return Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const asked: Asked = {
      method: request.method,
      url: request.url,
      headers: request.headers,
      cookies: request.cookies
    }
    const refusal = URL.canParse(asked.url, "http://a") ? refusalOf(asked, token) : { status: 400, words: "No address" }
    if (refusal !== undefined) return refused(refusal.status, refusal.words)
    const url = new URL(asked.url, "http://a")
    if (token !== undefined && tokenIn(asked.url) !== undefined) return withCookie(url, token)
    switch (url.pathname) {
      case "/":
      case "/run": {
        const parts = yield* Effect.promise(() => viewOf(url))
        if (parts === undefined) return refused(404, "No run of that name")
        const name = url.searchParams.get("name") ?? title
        return HttpServerResponse.text(page(`${name}: pgex watch`, parts), {
          headers: HEADERS,
          contentType: "text/html; charset=utf-8"
        })
      }
      case "/page.js":
        return HttpServerResponse.text(script(), { headers: HEADERS, contentType: "text/javascript; charset=utf-8" })
      case "/events":
        if (watchers >= MOST_WATCHERS) return refused(503, `${MOST_WATCHERS} pages are looked at already`)
        return HttpServerResponse.stream(events(url), { headers: HEADERS, contentType: "text/event-stream" })
      case "/report": {
        const run = yield* Effect.promise(async () => folder.run(url.searchParams.get("name") ?? only ?? ""))
        if (run === undefined) return refused(404, "No run of that name")
        return yield* diskFiles(run.path)
          .read("report.html", LARGEST_JSON)
          .pipe(
            Effect.map((bytes) =>
              HttpServerResponse.uint8Array(bytes, { headers: REPORT, contentType: "text/html; charset=utf-8" })
            ),
            Effect.orElseSucceed(() => refused(404, "The run has no report"))
          )
      }
      default:
        return refused(404, "Nothing here")
    }
  })
}

/** The work, and nothing instead of it before it has rested twenty times as long as it took: runs need the processor more. */
const sparing = <A>(clock: () => number, work: () => Promise<A>): (() => Promise<A | undefined>) => {
  let next = Number.NEGATIVE_INFINITY
  return async () => {
    const begun = clock()
    if (begun < next) return undefined
    const done = await work()
    next = clock() + 20 * (clock() - begun)
    return done
  }
}

const refused = (status: number, words: string) =>
  HttpServerResponse.text(`${words}\n`, { status, headers: { ...HEADERS, connection: "close" } })

/** The same page by an address without the token. */
const withCookie = (url: URL, token: string) => {
  url.searchParams.delete("token")
  const location = `${url.pathname}${url.search}`
  const cookie = `${TOKEN_COOKIE}=${token}; HttpOnly; SameSite=Strict; Path=/`
  return HttpServerResponse.empty({ status: 303, headers: { ...HEADERS, location, "set-cookie": cookie } })
}
