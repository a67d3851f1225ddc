import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { fromNpy, readNpy, writeNpy } from "../../../../plugins/io/matrix/mod.ts"

interface Fixture {
  readonly good: readonly {
    readonly name: string
    readonly bytes: string
    readonly shape: readonly number[]
    readonly values: readonly (string | number)[]
  }[]
  readonly bad: Readonly<Record<string, string>>
}

const fixture: Fixture = JSON.parse(readFileSync(new URL("../../../fixtures/npy/arrays.json", import.meta.url), "utf8"))
const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, "base64"))
const right = <A>(e: E.Either<Error, A>): A => (E.isRight(e) ? e.right : assert.fail(e.left.message))
const complaint = (e: E.Either<Error, unknown>): string => (E.isLeft(e) ? e.left.message : assert.fail("no error"))

for (const { name, bytes, shape, values } of fixture.good) {
  test(`readNpy() reads what NumPy wrote: ${name}`, () => {
    const npy = right(readNpy(bytesOf(bytes), "a.npy"))
    assert.deepEqual(npy.shape, shape)
    assert.deepEqual([...npy.data].map(Number), values.map(Number))
  })
}

test("writeNpy() writes NumPy's bytes", () => {
  for (const { name, bytes } of fixture.good) {
    if (/^>|fortran|^v[23]|bool/.test(name)) continue // what it never writes
    const npy = right(readNpy(bytesOf(bytes), name))
    assert.deepEqual(Buffer.from(writeNpy(npy.data, npy.shape)).toString("base64"), bytes, name)
  }
})

test("readNpy() gives back what writeNpy() took, to the last bit", () =>
  fc.assert(
    fc.property(fc.float64Array({ maxLength: 40 }), (data) => {
      const npy = right(readNpy(writeNpy(data, [data.length, 1]), "a.npy"))
      assert.deepEqual(npy.shape, [data.length, 1])
      assert.deepEqual(npy.data, data)
    })
  ))

test("readNpy() names what is wrong with a damaged file", () => {
  const whole = writeNpy(Float64Array.of(1, 2, 3, 4), [2, 2])
  assert.match(
    complaint(readNpy(new Uint8Array(3), "a.npy")),
    /Cannot read a\.npy: want a NumPy array file, got 3 bytes/
  )
  assert.match(complaint(readNpy(new TextEncoder().encode("1,2\n3,4\n5,6"), "a.npy")), /another format/)
  assert.match(
    complaint(readNpy(whole.subarray(0, 40), "a.npy")),
    /a header of 118 bytes, got a file that ends after 40/
  )
  assert.match(complaint(readNpy(whole.subarray(0, -1), "a.npy")), /32 bytes of data for shape \(2, 2\), got 31 bytes/)
  assert.match(complaint(readNpy(whole.with(6, 9), "a.npy")), /version 9/)
  assert.match(complaint(readNpy(bytesOf(fixture.bad.complex!), "a.npy")), /a number type .*, got <c8/)
  assert.match(complaint(readNpy(bytesOf(fixture.bad.structured!), "a.npy")), /descr, fortran_order and shape/)
})

test("readNpy() never throws, whatever the bytes", () =>
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 90 }), fc.nat(127), (noise, at) => {
      const bytes = writeNpy(Float64Array.of(1, 2), [2])
      bytes.set(noise.subarray(0, bytes.length - at), at)
      const result = readNpy(bytes, "a.npy")
      assert.ok(E.isLeft(result) || result.right.data.length >= 0)
    })
  ))

test("fromNpy() wants a matrix of numbers that float64 can hold", () => {
  const big = right(readNpy(writeNpy(BigInt64Array.of(2n ** 53n + 1n), [1, 1]), "a.npy"))
  assert.match(complaint(fromNpy(big, "a.npy")), /9007199254740993 at row 1, column 1/)
  const vector = right(readNpy(writeNpy(Float64Array.of(1), [1]), "a.npy"))
  assert.match(complaint(fromNpy(vector, "a.npy")), /two axes.*shape \(1\)/)
})
