import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { fromRows, parseMatrix, readCsv, readJson, toRows, writeCsv } from "../../../plugins/matrix_io/mod.ts"

const right = <A>(e: E.Either<Error, A>): A => (E.isRight(e) ? e.right : assert.fail(e.left.message))
const complaint = (e: E.Either<Error, unknown>): string => (E.isLeft(e) ? e.left.message : assert.fail("no error"))
const csv = (text: string) => right(readCsv(text, "a.csv"))

test("readCsv() reads tables with and without header and row names", () => {
  const rows = [
    [1, 2],
    [3, 4]
  ]
  const cases: readonly (readonly [string, readonly string[] | undefined])[] = [
    ["1,2\n3,4\n", undefined],
    ["1;2\r\n3;4\r\n", undefined],
    ["1\t2\n3\t4", undefined],
    ["# made by hand\n1 2\n\n3  4", undefined],
    ["a,b\n1,2\n3,4", ["a", "b"]],
    [",a,b\na,1,2\nb,3,4", ["a", "b"]],
    [",0,1\n0,1,2\n1,3,4", ["0", "1"]],
    ["x y\na 1 2\nb 3 4", ["a", "b"]],
    ["a,1,2\nb,3,4", ["a", "b"]],
    ['"half, long","b ""2"""\n1,2\n3,4', ["half, long", 'b "2"']]
  ]
  for (const [text, names] of cases) {
    assert.deepEqual(toRows(csv(text)), rows, text)
    assert.deepEqual(csv(text).names, names, text)
  }
})

test("readCsv() reads what writeCsv() wrote, to the last bit", () => {
  const cell = fc.double({ noNaN: true })
  const square = fc
    .nat(5)
    .chain((n) =>
      fc.array(fc.array(cell, { minLength: n + 1, maxLength: n + 1 }), { minLength: n + 1, maxLength: n + 1 })
    )
  fc.assert(
    fc.property(square, fc.boolean(), (rows, named) => {
      const m = fromRows(rows, named ? rows.map((_, i) => `task "${i}", ${i}`) : undefined)
      assert.deepEqual(csv(writeCsv(m)), m)
    })
  )
})

test("readCsv() names the line and the column of what it cannot read", () => {
  assert.match(complaint(readCsv("1,2\n3,x\n", "a.csv")), /a number on line 2, column 2, got "x"/)
  assert.match(complaint(readCsv("1,2\n3,\n", "a.csv")), /line 2, column 2, got an empty cell/)
  assert.match(complaint(readCsv("1,2\n3\n", "a.csv")), /2 cells on each line, got 1 on line 2/)
  assert.match(complaint(readCsv("\n\n", "a.csv")), /no line with numbers/)
})

test("readJson() reads rows, bare or with names", () => {
  const bare = right(readJson("[[1,2],[3,4]]", "a.json"))
  assert.deepEqual(toRows(bare), [
    [1, 2],
    [3, 4]
  ])
  assert.deepEqual(right(readJson('{"names":["p","q"],"matrix":[[1,2],[3,4]]}', "a.json")).names, ["p", "q"])
})

test("readJson() names what is wrong", () => {
  assert.match(complaint(readJson("[[1,", "a.json")), /want JSON/)
  assert.match(complaint(readJson('{"rows":[]}', "a.json")), /a list of rows, bare or under one of matrix/)
  assert.match(complaint(readJson("[[1,2],[3,null]]", "a.json")), /a number at row 2, column 2, got null/)
  assert.match(complaint(readJson("[[1,2],[3]]", "a.json")), /2 numbers in each row, got 1 in row 2/)
})

test("parseMatrix() tells the format by the ending, or by the bytes of standard input", () => {
  const bytes = (s: string) => new TextEncoder().encode(s)
  assert.equal(right(parseMatrix(bytes("[[1]]"), "-")).rows, 1)
  assert.equal(right(parseMatrix(bytes("1,2\n3,4"), "-")).rows, 2)
  assert.match(complaint(parseMatrix(bytes("1"), "a.xlsx")), /ends in \.csv.*got \.xlsx/)
})
