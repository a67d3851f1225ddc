/** The readers of matrices, each held to the same. */
import { readFileSync } from "node:fs"
import { gzipSync } from "node:zlib"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { group } from "../../core/grouping/mod.ts"
import { stream, zeroKey } from "../../core/random/mod.ts"
import { parseMatrix, toRows, writeNpy } from "../../plugins/io/matrix/mod.ts"
import { bytesOf, mutated, mutatedJson, mutatedText, type Target } from "../support/fuzz.ts"

const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../fixtures/npy/${name}.json`, import.meta.url), "utf8"))
const fromBase64 = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, "base64"))

const frames: { readonly text: Record<string, string>; readonly npz: Record<string, string> } = fixture("frames")
const arrays: { readonly good: readonly { readonly bytes: string }[] } = fixture("arrays")
const texts = Object.entries(frames.text)
const tables = texts.filter(([form]) => form.includes("csv")).map(([, text]) => text)
const objects = texts.filter(([form]) => !form.includes("csv")).map(([, text]): unknown => JSON.parse(text))

/** Reads as the command does, and groups what it read. */
const read =
  (path: string, key?: string) =>
  (input: Uint8Array): string | undefined => {
    const matrix = parseMatrix(input, path, key)
    if (E.isLeft(matrix)) return matrix.left.message
    if (matrix.right.rows > 12) return undefined
    const groups = group(toRows(matrix.right), { method: "sdp", k: 1, stream: stream(zeroKey) })
    return E.isLeft(groups) ? groups.left.message : undefined
  }

const npy = [
  ...arrays.good.map(({ bytes }) => fromBase64(bytes)),
  writeNpy(Float64Array.of(1, 0.5, 0.5, 1), [2, 2]),
  writeNpy(new Float64Array(16), [4, 4])
]

const npz = Object.values(frames.npz).map(fromBase64)

export const matrices: readonly Target[] = [
  {
    name: "matrices as .csv",
    valid: bytesOf("1;0,9\n0,9;1\n"),
    inputs: mutatedText([...tables, "1;0,9\n0,9;1\n", "sep=;\na;b\n1;2\n3;4\n", 'a "b"\n1 2\n3 4\n# end\n']),
    read: read("a.csv")
  },
  {
    name: "matrices as .json",
    valid: bytesOf("[[1,0],[0,1]]"),
    inputs: fc.oneof(
      mutatedJson([
        ...objects,
        [
          [1, 0],
          [0, 1]
        ],
        {
          names: ["a", "b"],
          matrix: [
            [1, 0],
            [0, 1]
          ]
        }
      ]),
      mutatedText(objects.map((value) => JSON.stringify(value)))
    ),
    read: read("a.json")
  },
  {
    name: "matrices as .npy",
    valid: writeNpy(new Float64Array(16), [4, 4]),
    inputs: mutated(npy),
    read: read("a.npy")
  },
  {
    name: "matrices as .npz",
    valid: fromBase64(frames.npz["savez two"] ?? ""),
    inputs: mutated(npz),
    read: read("a.npz", "U")
  },
  {
    name: "matrices from standard input",
    valid: new Uint8Array(gzipSync("1 0\n0 1")),
    inputs: mutated([
      ...npy,
      ...npz,
      ...tables.slice(0, 4).map((t) => new TextEncoder().encode(t)),
      ...tables.slice(0, 3).map((t) => new Uint8Array(gzipSync(t))),
      ...tables.slice(0, 3).map((t) => new Uint8Array(Buffer.from(`\uFEFF${t}`, "utf16le")))
    ]),
    read: read("-")
  }
]
