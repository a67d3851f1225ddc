import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { readSafetensors, writeSafetensors } from "../../../plugins/runs/store/mod.ts"

const right = <A>(e: E.Either<Error, A>): A => (E.isRight(e) ? e.right : assert.fail(e.left.message))
const complaint = (e: E.Either<Error, unknown>): string => (E.isLeft(e) ? e.left.message : assert.fail("no error"))

// The file that the format's documentation describes, built by hand: header length, header, data.
const byHand = (header: string, data: Uint8Array): Uint8Array => {
  const json = new TextEncoder().encode(header)
  const out = new Uint8Array(8 + json.length + data.length)
  new DataView(out.buffer).setBigUint64(0, BigInt(json.length), true)
  out.set(json, 8)
  out.set(data, 8 + json.length)
  return out
}

test("readSafetensors() reads a file built by hand from the format's description", () => {
  const data = new Uint8Array(Float32Array.of(1.5, -2).buffer)
  const header = '{"__metadata__":{"step":"3"},"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}'
  const { tensors, meta } = right(readSafetensors(byHand(header, data), "p.safetensors"))
  assert.deepEqual(tensors, [{ name: "w", shape: [2, 1], data: Float32Array.of(1.5, -2) }])
  assert.deepEqual(meta, { step: "3" })
})

test("readSafetensors() gives back what writeSafetensors() took, to the last bit, with data aligned to 8 bytes", () =>
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(fc.string({ minLength: 1 }), fc.oneof(fc.float32Array(), fc.float64Array())), {
        selector: ([name]) => name,
        maxLength: 4
      }),
      (entries) => {
        // Integer-like names would move to the front of a JavaScript object, and "__metadata__" is taken.
        const tensors = entries.map(([name, data]) => ({ name: `layer.${name}`, shape: [data.length], data }))
        const bytes = writeSafetensors(tensors, { made: "here" })
        assert.equal(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8, 0)
        assert.deepEqual(right(readSafetensors(bytes, "p.safetensors")), { tensors, meta: { made: "here" } })
      }
    )
  ))

test("readSafetensors() names what is wrong with a damaged file", () => {
  const whole = writeSafetensors([{ name: "w", shape: [2], data: Float64Array.of(1, 2) }])
  assert.match(complaint(readSafetensors(whole.subarray(0, 5), "p")), /want a safetensors file, got 5 bytes/)
  assert.match(complaint(readSafetensors(whole.subarray(0, 20), "p")), /a header of \d+ bytes, got a file of 20/)
  assert.match(
    complaint(readSafetensors(whole.subarray(0, -1), "p")),
    /16 bytes for w, got offsets 0 to 16 of 15 bytes/
  )
  const two = (a: string, b: string, bytes: number) =>
    complaint(
      readSafetensors(
        byHand(
          `{"a":{"dtype":"U8","shape":[2],"data_offsets":${a}},"b":{"dtype":"U8","shape":[2],"data_offsets":${b}}}`,
          new Uint8Array(bytes)
        ),
        "p"
      )
    )
  const each = "want each byte of the data in one tensor, as the format has it"
  assert.ok(two("[0,2]", "[0,2]", 2).endsWith(`${each}, got b from byte 0 on, where those before it end at 2`))
  assert.ok(two("[1,3]", "[0,2]", 3).endsWith(`${each}, got a from byte 1 on, where those before it end at 2`))
  assert.ok(two("[0,2]", "[3,5]", 5).endsWith(`${each}, got b from byte 3 on, where those before it end at 2`))
  assert.ok(two("[2,4]", "[0,2]", 5).endsWith(`${each}, got 1 bytes behind the last tensor`))
  const eighth = byHand('{"w":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}', new Uint8Array(2))
  assert.match(complaint(readSafetensors(eighth, "p")), /want a number type for w: .*F16.*BF16, got F8_E4M3/)
})
