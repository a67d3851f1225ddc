/**
 * Damaged inputs for whatever reads files: bytes and structure of valid ones are changed at random, and each must give a
 * value or an error that was meant. fast-check shrinks what fails to few changes.
 */
import assert from "node:assert/strict"
import fc from "fast-check"
import { shown } from "../../core/text/shown.ts"

/** A reader, with valid inputs to begin from. */
export interface Target {
  readonly name: string
  /** An input that is read. */
  readonly valid: Uint8Array
  readonly inputs: fc.Arbitrary<Uint8Array>
  /** The sentence of the error that an input gives, nothing where it is read; rejects with what nobody meant. */
  readonly read: (input: Uint8Array) => Promise<string | undefined> | string | undefined
}

/** Longer than any input of these sizes takes on a busy machine: what exceeds it hangs. */
const HANG_SECONDS = 5

/** A few lines; longer sentences quote what they should shorten. */
const LONGEST_SENTENCE = 4000

/**
 * Holds a reader to that over `runs` inputs, of which some must be refused; the valid one must be read. What fails is told by fast-check's seed
 * and path, with which it can be had again.
 */
export const fuzz = async ({ valid, inputs, read }: Target, runs: number): Promise<void> => {
  assert.equal(await read(valid), undefined)
  let refused = 0
  const property = fc.asyncProperty(inputs, async (input) => {
    const started = performance.now()
    const sentence = await read(input)
    assert.ok(performance.now() - started < 1000 * HANG_SECONDS, "it hangs")
    if (sentence === undefined) return
    refused++
    assert.match(sentence, /^Cannot .+/s)
    assert.ok(sentence.length < LONGEST_SENTENCE, `a sentence of ${sentence.length} characters`)
  })
  // Shrinking what hangs would take minutes.
  const { failed, seed, counterexamplePath, counterexample, errorInstance } = await fc.check(property, {
    numRuns: runs,
    endOnFailure: true
  })
  if (failed) {
    const text = shown(new TextDecoder("latin1").decode(counterexample?.[0]), 1000)
    assert.fail(`${errorInstance} (seed ${seed}, path "${counterexamplePath}", input ${text})`)
  }
  assert.ok(refused > 0, `none of ${runs} refused`)
}

/** One of the seeds, changed at up to six places; now and then not at all. */
export const mutated = (seeds: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(fc.constantFrom(...seeds), fc.array(change, { maxLength: 6 }))
    .map(([seed, changes]) => changes.reduce<Uint8Array>((bytes, one) => one(bytes), seed).subarray(0, LARGEST))

/** The same of texts. */
export const mutatedText = (seeds: readonly string[]): fc.Arbitrary<Uint8Array> => mutated(seeds.map(bytesOf))

/** JSON of one of the seeds with up to three of its values or keys replaced, renamed, doubled or taken out. */
export const mutatedJson = (seeds: readonly unknown[]): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(fc.constantFrom(...seeds), fc.array(edit, { maxLength: 3 }))
    .map(([seed, edits]) => bytesOf(edits.reduce((text, one) => one(text), JSON.stringify(seed))))

const LARGEST = 2 ** 22

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** What readers stumble over. */
const words: readonly string[] = [
  ..."\"[]{},;:-.#\0\n\t'",
  "\r\n",
  "\uFEFF",
  "constructor",
  "__proto__",
  '"__proto__":',
  "NaN",
  "-Infinity",
  "null",
  "true",
  "1e999",
  "-1",
  "0.1",
  "1,5",
  "9007199254740993",
  "18446744073709551616",
  "[".repeat(50_000),
  '{"a":'.repeat(50_000),
  `${"[".repeat(50_000)}1${"]".repeat(50_000)}`,
  "x".repeat(200_000),
  "1,".repeat(50_000),
  "\n".repeat(50_000)
]

type Change = (bytes: Uint8Array) => Uint8Array

const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))

const place = fc.double({ min: 0, max: 1, noNaN: true })
const at = (bytes: Uint8Array, where: number): number => Math.floor(where * bytes.length)

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(place, fc.nat(255)).map(
    ([where, byte]): Change =>
      (b) => {
        const i = at(b, where)
        return joined(b.subarray(0, i), Uint8Array.of(byte), b.subarray(i + 1))
      }
  ),
  fc.tuple(place, fc.nat(7)).map(
    ([where, bit]): Change =>
      (b) => {
        const i = Math.min(at(b, where), b.length - 1)
        return i < 0 ? b : b.with(i, (b[i] ?? 0) ^ (1 << bit))
      }
  ),
  fc.tuple(place, fc.nat(20)).map(
    ([where, length]): Change =>
      (b) => {
        const i = at(b, where)
        return joined(b.subarray(0, i), b.subarray(i + length))
      }
  ),
  place.map(
    (where): Change =>
      (b) =>
        b.subarray(0, at(b, where))
  ),
  fc.tuple(place, place, fc.nat(40)).map(
    ([from, to, length]): Change =>
      (b) => {
        const i = at(b, to)
        const piece = b.subarray(at(b, from), at(b, from) + length)
        return joined(b.subarray(0, i), piece, b.subarray(i))
      }
  ),
  fc.tuple(place, fc.uint8Array({ maxLength: 9 })).map(
    ([where, noise]): Change =>
      (b) => {
        const i = at(b, where)
        return joined(b.subarray(0, i), noise, b.subarray(i))
      }
  ),
  fc.tuple(place, fc.constantFrom(...words), fc.nat(8)).map(
    ([where, word, over]): Change =>
      (b) => {
        const i = at(b, where)
        return joined(b.subarray(0, i), bytesOf(word), b.subarray(i + over))
      }
  )
)

/** Texts of JSON values, also of those that cannot be made first and printed then. */
const values: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    "null",
    "true",
    "-1",
    "0",
    "-0",
    "1e999",
    "1e-999",
    "0.5",
    "1e9",
    "9007199254740993",
    '""',
    '"NaN"',
    '"__proto__"',
    '"constructor"',
    '"\\u001b[2J"',
    '"\\ud800"',
    "[]",
    "{}",
    '{"__proto__":1}',
    '{"length":-1}',
    `[${"0,".repeat(20_000)}0]`,
    `"${"x".repeat(200_000)}"`,
    `${"[".repeat(50_000)}${"]".repeat(50_000)}`,
    `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`
  ),
  fc.json({ maxDepth: 2 })
)

type Edit = (json: string) => string

/** Values and keys of a text, where they begin and end. */
const tokens = (json: string): readonly (readonly [begin: number, end: number])[] =>
  json.length > 100_000
    ? []
    : [...json.matchAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|\[[^[\]{}]*\]|\{[^[\]{}]*\}/g)].map(
        (m) => [m.index, m.index + m[0].length] as const
      )

const edit: fc.Arbitrary<Edit> = fc
  .tuple(place, values, fc.constantFrom("replace", "replace", "replace", "remove", "double"))
  .map(
    ([where, value, what]): Edit =>
      (json) => {
        const all = tokens(json)
        const [begin, end] = all[Math.floor(where * all.length)] ?? [0, json.length]
        const own = json.slice(begin, end)
        const instead = what === "replace" ? value : what === "remove" ? "" : `${own},${own}`
        return json.slice(0, begin) + instead + json.slice(end)
      }
  )
