/** A Python process that holds environments. */
import { fileURLToPath } from "node:url"
import type { Schema } from "effect"
import * as Either from "fp-ts/lib/Either.js"
import type { Variables } from "../io/user.ts"
import { type Answer, type Channel, HEADER_BYTES, kinds, startChannel } from "./channel.ts"
import { type Fault, fault } from "./failure.ts"
import { Hello, parse, Refused } from "./messages.ts"

export interface Child {
  readonly hello: Hello
  /** Starts what {@link Child.answer} waits for. */
  readonly send: Channel["send"]
  /** The answer to the one request that was sent, of its kind and of so many bytes at least; see `Channel.receive`. */
  readonly answer: (kind: number, atLeast: number, patience?: number) => Either.Either<Fault, Answer>
  /** Starts a question in JSON that {@link Child.told} waits for. */
  readonly ask: (request: object) => Either.Either<Fault, void>
  readonly told: <A>(schema: Schema.Codec<A, unknown>, patience?: number) => Either.Either<Fault, A>
  /** Asks in JSON and waits. */
  readonly call: <A>(request: object, schema: Schema.Codec<A, unknown>, patience?: number) => Either.Either<Fault, A>
  readonly fault: () => Fault | undefined
  readonly leave: () => void
  readonly end: () => void
}

/** How processes are started. */
export interface ChildOptions {
  readonly python: string
  /** Longest wait for an answer. */
  readonly seconds: number
  /** The program that it runs; this package's own by default. */
  readonly script?: string
  readonly variables: Variables
}

/** Tracebacks without marks under their lines: a sentence shows them side by side. */
const PLAIN = { PYTHONNODEBUGRANGES: "1" }

const SCRIPT = fileURLToPath(new URL("./bridge.py", import.meta.url))

/**
 * Starts a process and waits until it is ready.
 *
 * - Errors: `no-gymnasium`, `ended`, `hung`, `lied`, `no-platform`.
 */
export const startChild = ({
  python,
  seconds,
  variables,
  script = SCRIPT
}: ChildOptions): Either.Either<Fault, Child> =>
  Either.chain((channel: Channel) => {
    const answer: Child["answer"] = (kind, atLeast, patience) => {
      const got = channel.receive(patience)
      if (Either.isLeft(got)) return got
      const { kind: found, size } = got.right
      if (found === kinds.failed) return Either.left(refusal(got.right, python, channel.words()))
      if (found === kind && size >= atLeast) return got
      return lied(`an answer of kind ${kind} and ${atLeast} bytes or more`, `kind ${found} and ${size} bytes`)
    }
    const lied = (want: string, got: string): Either.Either<Fault, never> => {
      const f = fault("lied", want, got, "", channel.words())
      channel.end()
      return Either.left(f)
    }
    const told = <A>(schema: Schema.Codec<A, unknown>, patience?: number): Either.Either<Fault, A> => {
      const got = answer(kinds.call, 0, patience)
      if (Either.isLeft(got)) return got
      const value = parse(schema, bytesOf(got.right))
      return value === undefined
        ? lied("an answer of this version", new TextDecoder().decode(bytesOf(got.right)).slice(0, 200))
        : Either.right(value)
    }
    const ask: Child["ask"] = (request) => {
      const text = new TextEncoder().encode(JSON.stringify(request))
      const message = new Uint8Array(HEADER_BYTES + text.length)
      message.set(text, HEADER_BYTES)
      return channel.send(kinds.call, 0, message)
    }
    const call: Child["call"] = (request, schema, patience) => Either.chain(() => told(schema, patience))(ask(request))
    const hello = told(Hello)
    if (Either.isLeft(hello)) {
      channel.end()
      return hello
    }
    const { send, leave, end } = channel
    return Either.right({ hello: hello.right, send, answer, ask, told, call, fault: channel.fault, leave, end })
  })(startChannel({ file: python, args: [script], seconds, variables: { ...variables, ...PLAIN } }))

const bytesOf = ({ buffer, size }: Answer): Uint8Array => buffer.subarray(HEADER_BYTES, HEADER_BYTES + size)

/** What it says that it cannot do. */
const refusal = (answer: Answer, python: string, words: string): Fault => {
  const said = parse(Refused, bytesOf(answer))
  if (said === undefined) {
    const got = new TextDecoder().decode(bytesOf(answer)).slice(0, 200)
    return fault("lied", "a refusal of this version", got, "", words)
  }
  const { reason, want, got, valid = [], fix = "" } = said
  if (reason === "unknown") return { ...fault("lied", want, got, fix), unknown: { kind: "environment", valid } }
  if (reason === "argument" && valid.length > 0)
    return { ...fault(reason, want, got, fix), unknown: { kind: "parameter", valid } }
  const missing = reason === "no-gymnasium" ? "gymnasium" : said.package
  const mend = missing === undefined ? fix : `${python} -m pip install ${missing}`
  return { ...fault(reason, want, got, mend, reason === "raised" ? words : ""), ...placeOf(said) }
}

const placeOf = ({ member, at, trial }: Refused): Pick<Fault, "place"> => {
  if (trial === true) return { place: { trial } }
  return member === undefined || at === undefined ? {} : { place: { member, at } }
}
