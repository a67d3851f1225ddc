/** Named bytes in a bucket of an S3-compatible store. */
import type { AwsClient } from "aws4fetch"
import { Effect, Schedule, Semaphore } from "effect"
import { type ArgumentError, argumentError } from "../../../core/failure/mod.ts"
import { reasonOf } from "../../../core/service/file_error.ts"
import { type RunStoreError, runStoreError } from "../../../core/service/run_store.ts"
import { packageFolder } from "../../io/installed.ts"
import type { KeptFiles } from "../../runs/store/internal.ts"

/** What a store is reached with, as the tools of AWS name it. */
export type Variables = Readonly<Record<string, string | undefined>>

/** Times that a request is made that the store cannot answer: the waits between them add up to half a minute. */
const ATTEMPTS = 8

/** Milliseconds that a request may take. */
const LONGEST = 120_000

/** Requests at the same time. */
const AT_ONCE = 16

/**
 * Files below `s3://BUCKET/PREFIX`, with the keys, region and endpoint of `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
 * `AWS_SESSION_TOKEN`, `AWS_REGION` and `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL`.
 *
 * A file is replaced in one step, as the store promises. Answers of 500 and more, too many requests, and connections that fail
 * are tried `attempts` times.
 * - Errors: `ArgumentError` for an address that is none, or keys that are missing; those of reading and writing say what the
 *   store answered.
 */
export const s3Files = Effect.fn("machines.s3Files")(function* (
  address: string,
  variables: Variables,
  attempts = ATTEMPTS
) {
  const { bucket, prefix } = yield* partsOfAddress(address)
  if (packageFolder("aws4fetch", import.meta.dirname) === undefined) {
    const said = { doing: `use --store ${address}`, want: "the package aws4fetch", got: "none" }
    return yield* Effect.fail(argumentError({ ...said, fix: "npm install aws4fetch" }))
  }
  const { AwsClient: Client } = yield* Effect.promise(() => import("aws4fetch"))
  const [accessKeyId, secretAccessKey] = [variables.AWS_ACCESS_KEY_ID, variables.AWS_SECRET_ACCESS_KEY]
  if (!accessKeyId || !secretAccessKey) {
    const want = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    const got = accessKeyId || secretAccessKey ? "one of them" : "none"
    return yield* Effect.fail(argumentError({ doing: `use --store ${address}`, want, got, fix: "set both" }))
  }
  const { AWS_SESSION_TOKEN: sessionToken, AWS_REGION: region = "us-east-1" } = variables
  const token = sessionToken === undefined ? {} : { sessionToken }
  const client = new Client({ accessKeyId, secretAccessKey, region, service: "s3", retries: 0, ...token })
  const root = rootOf(bucket, region, variables.AWS_ENDPOINT_URL_S3 || variables.AWS_ENDPOINT_URL)
  const urlOf = (path: string): string =>
    `${root}/${[...prefix, ...path.split("/")].map((part) => encodeURIComponent(part)).join("/")}`
  const request = requesting(client, attempts, yield* Semaphore.make(AT_ONCE))
  return {
    write: (path, bytes) =>
      Effect.asVoid(request("not-writable", `${address}/${path}`, urlOf(path), { method: "PUT", body: bytes })),
    read: (path) => request("not-readable", `${address}/${path}`, urlOf(path), { method: "GET" }),
    remove: (path) => Effect.asVoid(request("not-writable", `${address}/${path}`, urlOf(path), { method: "DELETE" }))
  } satisfies KeptFiles
})

const partsOfAddress = (
  address: string
): Effect.Effect<{ readonly bucket: string; readonly prefix: readonly string[] }, ArgumentError> => {
  const [, bucket, rest = ""] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(address) ?? []
  const prefix = rest.split("/").filter((part) => part !== "")
  if (bucket !== undefined && !prefix.some((part) => /^\.{1,2}$/.test(part))) return Effect.succeed({ bucket, prefix })
  return Effect.fail(argumentError({ doing: "use --store", want: "s3://BUCKET/PREFIX", got: address }))
}

/** Where its objects are: below an endpoint of one's own, or at Amazon's. */
const rootOf = (bucket: string, region: string, endpoint: string | undefined): string =>
  endpoint
    ? `${endpoint.replace(/\/+$/, "")}/${bucket}`
    : bucket.includes(".")
      ? `https://s3.${region}.amazonaws.com/${bucket}`
      : `https://${bucket}.s3.${region}.amazonaws.com`

type Reason = "not-writable" | "not-readable"

/** A request that is made again for as long as the store cannot answer; gives the answer's bytes. */
const requesting = (client: AwsClient, attempts: number, turns: Semaphore.Semaphore) => {
  const once = (
    reason: Reason,
    path: string,
    url: string,
    how: { readonly method: string; readonly body?: Uint8Array }
  ) =>
    Effect.tryPromise({
      try: async (signal): Promise<Answer> => {
        const body = how.body === undefined ? {} : { body: new Uint8Array(how.body) }
        const limit = AbortSignal.any([signal, AbortSignal.timeout(LONGEST)])
        const answer = await client.fetch(url, { method: how.method, ...body, signal: limit })
        return { status: answer.status, bytes: new Uint8Array(await answer.arrayBuffer()) }
      },
      catch: (cause) => unanswered(reason, path, `none (${reasonOf(cause)})`, attempts)
    }).pipe(Effect.flatMap((answer) => bytesOf(answer, reason, path, how.method, attempts)))
  return (...given: Parameters<typeof once>): Effect.Effect<Uint8Array, RunStoreError> =>
    once(...given).pipe(
      turns.withPermit,
      Effect.retry({
        times: attempts - 1,
        while: (e) => e.passing,
        schedule: Schedule.exponential("250 millis", 2).pipe(Schedule.jittered)
      }),
      Effect.mapError(({ error }) => error)
    )
}

interface Answer {
  readonly status: number
  readonly bytes: Uint8Array
}

/** An error, and whether it may pass. */
interface Refusal {
  readonly passing: boolean
  readonly error: RunStoreError
}

const unanswered = (reason: Reason, path: string, got: string, attempts: number): Refusal => {
  const fix = "see that the store runs and is reached from here, then go on with the same command"
  const want = "an answer of the store"
  return { passing: true, error: runStoreError({ reason, path, want, got: `${got}, ${attempts} times`, fix }) }
}

const bytesOf = (
  { status, bytes }: Answer,
  reason: Reason,
  path: string,
  method: string,
  attempts: number
): Effect.Effect<Uint8Array, Refusal> => {
  if (status >= 200 && status < 300) return Effect.succeed(bytes)
  const code = /<Code>(\w+)<\/Code>/.exec(new TextDecoder().decode(bytes.subarray(0, 4096)))?.[1]
  const got = code === undefined ? `${status}` : `${status} ${code}`
  if (status === 429 || status >= 500) return Effect.fail(unanswered(reason, path, got, attempts))
  if (status === 404 && code !== "NoSuchBucket") {
    if (method === "DELETE") return Effect.succeed(bytes)
    const said = { reason: "missing", path, want: "an object", got: "none" } as const
    return Effect.fail({ passing: false, error: runStoreError(said) })
  }
  const fix = "see that the bucket exists, and that these keys may read, write and remove its objects"
  return Effect.fail({ passing: false, error: runStoreError({ reason, path, want: "access to it", got, fix }) })
}
