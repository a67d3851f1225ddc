import assert from "node:assert/strict"
import { test } from "node:test"
import { gzipSync } from "node:zlib"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { quote } from "../../../../plugins/io/matrix/csv.ts"
import {
  fromRows,
  type NamedMatrix,
  parseMatrix,
  readCsv,
  readJson,
  toRows
} from "../../../../plugins/io/matrix/mod.ts"

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
    ["a b\na 1 2\nb 3 4", ["a", "b"]],
    ["task,a,b\na,1,2\nb,3,4", ["a", "b"]],
    ["a,b\n1,2\n3,4\n\n# the end", ["a", "b"]],
    ["10,20\n1,2\n3,4", ["10", "20"]],
    [',"two\nlines",b\n"two\nlines",1,2\nb,3,4', ["two\nlines", "b"]],
    [",#1,#2\n#1,1,2\n#2,3,4", ["#1", "#2"]],
    [",NA,inf\nNA,1,2\ninf,3,4", ["NA", "inf"]],
    ["sep=;\n;a;b\na;1,0;2\nb;3;4,0", ["a", "b"]],
    ['"sep=;"\r\n1;2\r\n3;4', undefined],
    ["a,1,2\nb,3,4", ["a", "b"]],
    ['"half, long","b ""2"""\n1,2\n3,4', ["half, long", 'b "2"']]
  ]
  for (const [text, names] of cases) {
    assert.deepEqual(toRows(csv(text)), rows, text)
    assert.deepEqual(csv(text).names, names, text)
  }
})

/** The text of a table; `names` give both the header and the row names. Numbers read back as the same bits. */
const writeCsv = (m: NamedMatrix): string => {
  const names = m.names?.map(quote)
  const rows = Array.from({ length: m.rows }, (_, i) => {
    const cells = Array.from(m.data.subarray(i * m.columns, (i + 1) * m.columns), show)
    return (names === undefined ? cells : [names[i]!, ...cells]).join(",")
  })
  const header = names !== undefined && m.rows === m.columns ? [["", ...names].join(",")] : []
  return `${[...header, ...rows].join("\n")}\n`
}

/** The shortest text that reads back as the same bits. */
const show = (x: number): string => (Object.is(x, -0) ? "-0" : String(x))

test("readCsv() reads what was written in the shortest digits, to the last bit", () => {
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

test("rows and columns are paired by name, whatever their order", () => {
  const m = csv(",a,b,c,d\nd,0,0,0.9,1\nc,0,0,1,0.9\nb,0.9,1,0,0\na,1,0.9,0,0\n")
  assert.deepEqual(m.names, ["a", "b", "c", "d"])
  assert.deepEqual(toRows(m), [
    [1, 0.9, 0, 0],
    [0.9, 1, 0, 0],
    [0, 0, 1, 0.9],
    [0, 0, 0.9, 1]
  ])
  const square = fc.integer({ min: 1, max: 6 }).chain((n) =>
    fc.record({
      rows: fc.array(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: n, maxLength: n }), {
        minLength: n,
        maxLength: n
      }),
      names: fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: n, maxLength: n }),
      by: fc.infiniteStream(fc.double({ noNaN: true }))
    })
  )
  fc.assert(
    fc.property(square, ({ rows, names, by }) => {
      const order = names.map((_, i) => ({ i, at: by.next().value ?? 0 })).sort((x, y) => x.at - y.at)
      const frame = {
        columns: names,
        index: order.map(({ i }) => names[i]),
        data: order.map(({ i }) => rows[i])
      }
      const read = right(readJson(JSON.stringify(frame), "a.json"))
      assert.deepEqual(read.names, names)
      assert.deepEqual(toRows(read), JSON.parse(JSON.stringify(rows)))
    })
  )
})

test("names that only rows or columns have, or that two have, are refused by these names", () => {
  assert.match(
    complaint(readCsv("x,y\na,1,2\nb,3,4", "a.csv")),
    /rows a, b without a column, columns x, y without a row/
  )
  assert.match(complaint(readCsv(",a,b\na,1,2\nc,3,4", "a.csv")), /rows c without a column, columns b without a row/)
  assert.match(complaint(readCsv("a,a\n1,2\n3,4", "a.csv")), /"a" as column 1 and column 2/)
  assert.match(complaint(readCsv(",a,b\na,1,2\na,3,4", "a.csv")), /"a" as row 1 and row 2/)
  assert.match(complaint(readJson('{"names":["p","p"],"matrix":[[1,2],[3,4]]}', "a.json")), /"p" as row 1 and row 2/)
  assert.match(complaint(readJson('{"names":["p"],"matrix":[[1,2],[3,4]]}', "a.json")), /2 names as names.*got 1/)
})

test("constructor, __proto__ and toString are names, and no numbers", () => {
  for (const word of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
    assert.deepEqual(csv(`,${word},b\n${word},1,2\nb,3,4`).names, [word, "b"])
    assert.match(
      complaint(readCsv(`1,${word}\n2,3\n4,${word}`, "a.csv")),
      new RegExp(`line 3, column 2, got "${word}"`)
    )
    const frame = `{"${word}":{"${word}":1,"b":2},"b":{"${word}":3,"b":4}}`
    assert.deepEqual(right(readJson(frame, "a.json")).names, [word, "b"])
  }
})

test("decimal commas are read where semicolons or tabs separate cells", () => {
  const u = [
    [1, 0.9, 0.5],
    [0.9, 1, 0],
    [0.5, 0, 1]
  ]
  assert.deepEqual(toRows(csv("1;0,9;0,5\n0,9;1;0\n0,5;0;1\n")), u)
  assert.deepEqual(toRows(csv("1\t,9\t5,0e-1\n0,9\t1\t0\n0,5\t0\t1\n")), u)
})

test("decimal signs that are not certain are refused", () => {
  const refused = (text: string) => complaint(readCsv(text, "a.csv"))
  assert.match(refused("1;0,9\n0.9;1"), /one decimal sign, got "0\.9" on line 2 and "0,9" on line 1/)
  assert.match(refused("1;1,234\n1,234;1"), /commas that cannot separate thousands, got "1,234" on line/)
  assert.match(refused("1;1,234,567\n2;1"), /a number on line 1, column 2, got "1,234,567"/)
  assert.match(refused('2,3\n1,"0,9"\n'), /line 2, column 2, got "0,9", where commas separate cells/)
})

test("UTF-16 and UTF-8 are read with and without a mark of order", () => {
  const utf16 = (text: string, big: boolean) => {
    const bytes = new Uint8Array(Buffer.from(text, "utf16le"))
    return big ? new Uint8Array(Buffer.from(bytes).swap16()) : bytes
  }
  for (const text of [",ä,b\nä,1,2\nb,3,4\n", '{"names":["ä","b"],"matrix":[[1,2],[3,4]]}'])
    for (const mark of ["", "\uFEFF"])
      for (const bytes of [utf16(mark + text, false), utf16(mark + text, true), new TextEncoder().encode(mark + text)])
        assert.deepEqual(right(parseMatrix(bytes, "-")).names, ["ä", "b"])
  const latin1 = Uint8Array.of(44, 0xe4, 44, 98, 10)
  assert.match(complaint(parseMatrix(latin1, "a.csv")), /text in UTF-8 or UTF-16, got other bytes; save it as UTF-8/)
})

test("what lies 50,000 deep in JSON, or is larger than any matrix, is refused by the limit", () => {
  assert.match(complaint(readJson("[".repeat(50_000), "a.json")), /nested more than 100 deep/)
  assert.match(
    complaint(readJson(`${"[".repeat(50_000)}1${"]".repeat(50_000)}`, "a.json")),
    /nested more than 100 deep/
  )
  assert.match(complaint(readCsv("1,".repeat(5000), "a.csv")), /at most 4096 columns/)
  assert.match(complaint(readCsv("1\n".repeat(5000), "a.csv")), /at most 4096 rows/)
  assert.match(complaint(readJson(`[${"[],".repeat(10_000)}[]]`, "a.json")), /more than 8192 lists/)
  assert.match(complaint(readJson(`[[${"1,".repeat(5000)}1]]`, "a.json")), /at most 4096 columns/)
})

test("messages about values of a megabyte are no longer than a few lines", () => {
  const long = "x".repeat(1e6)
  for (const text of [`1,${long}\n2,${long}`, `1,2\n3,${long}`, `"${long}`, `1,2\n"${long}",3\n${long},4`])
    assert.ok(complaint(readCsv(text, "a.csv")).length < 600)
  for (const value of [
    long,
    [[long]],
    { [long]: 1 },
    { data: [long], columns: ["a"] },
    { names: [long], matrix: [[1], [2]] }
  ])
    assert.ok(complaint(readJson(JSON.stringify(value), "a.json")).length < 600)
})

test("gzip is unpacked, up to the limit of a file", () => {
  assert.equal(right(parseMatrix(gzipSync("1,2\n3,4"), "a.csv.gz")).rows, 2)
  assert.match(
    complaint(parseMatrix(gzipSync(new Uint8Array(70 * 2 ** 20)), "a.csv.gz")),
    /at most 67108864 bytes.*got more/
  )
  assert.match(complaint(parseMatrix(gzipSync("1,2\n3,4").subarray(0, -9), "a.csv.gz")), /a damaged one/)
})
