import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import * as E from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../../../core/failure/mod.ts"
import {
  add,
  broadcast,
  concat,
  constant,
  fill,
  gather,
  grad,
  gradients,
  hvp,
  iota,
  jvp,
  matmul,
  mean,
  pad,
  perExample,
  pick,
  program,
  reshape,
  scatter,
  select,
  slice,
  sum,
  type Tensor,
  transpose,
  vjp
} from "../../../core/program/mod.ts"
import { input } from "../../../core/program/primitive.ts"
import { built } from "./support.ts"

const shapes = { a: [2, 3], b: [2, 3], v: [4], t: [2, 2, 3], u: [3, 3, 2] } as const
type Symbols = Readonly<Record<keyof typeof shapes, Tensor>>

const sizes = "a shape of whole numbers >= 0"

/** Each mistake, and the sentence it gives. The place must be the line of the mistake in this file. */
const golden: readonly (readonly [(x: Symbols) => { readonly y: Tensor }, string])[] = [
  [(x) => ({ y: add(x.a, x.v) }), "Cannot add: want shapes that broadcast, got [2, 3] and [4]"],
  [(x) => ({ y: select(x.v, x.a, 1) }), "Cannot select: want shapes that broadcast, got [4], [2, 3], []"],
  [(x) => ({ y: matmul(x.a, x.b) }), "Cannot matmul: want matrices that fit, got [2, 3] and [2, 3]"],
  [
    (x) => ({ y: matmul(x.a, x.v, { transposeA: true }) }),
    "Cannot matmul: want matrices that fit, the first transposed, got [2, 3] and [4]"
  ],
  [(x) => ({ y: matmul(x.t, x.u) }), "Cannot matmul: want batches that broadcast, got [2, 2, 3] and [3, 3, 2]"],
  [(x) => ({ y: sum(x.a, { axes: [2] }) }), "Cannot sum: want axes within 0…1 of [2, 3], got [2]"],
  [(x) => ({ y: mean(x.a, { axes: [-3] }) }), "Cannot sum: want axes within 0…1 of [2, 3], got [-3]"],
  [(x) => ({ y: reshape(x.a, [4, 2]) }), "Cannot reshape: want a shape of 6 elements as [2, 3], got [4, 2]"],
  [(x) => ({ y: transpose(x.a, [0, 0]) }), "Cannot transpose: want a permutation of the axes of [2, 3], got [0, 0]"],
  [(x) => ({ y: broadcast(x.v, [4, 3]) }), "Cannot broadcast: want a shape that fits [4, 3], got [4]"],
  [(x) => ({ y: concat([x.a, x.v], 0) }), "Cannot concat: want shapes equal but for axis 0, got [2, 3], [4]"],
  [() => ({ y: concat([], 0) }), "Cannot concat: want at least one operand, got none"],
  [(x) => ({ y: slice(x.v, [3], [2]) }), "Cannot slice: want a block inside [4], got start [3], shape [2]"],
  [(x) => ({ y: pad(x.v, [2], [5]) }), "Cannot pad: want room for [4], got offset [2] in [5]"],
  [(x) => ({ y: gather(x.a, x.b) }), "Cannot gather: want rows [n, …] and an index [m], got [2, 3] and [2, 3]"],
  [(x) => ({ y: scatter(x.a, x.v, 9) }), "Cannot scatter: want rows [m, …] and an index [m], got [2, 3] and [4]"],
  [(x) => ({ y: pick(x.a, x.v) }), "Cannot pick: want rows [m, n] and an index [m], got [2, 3] and [4]"],
  [() => ({ y: constant([1, 2, 3], [2, 2]) }), "Cannot make a constant: want 4 values for shape [2, 2], got 3"],
  [() => ({ y: input("z", [2, -1]) }), 'Cannot declare input "z": want a shape of whole numbers >= 0, got [2, -1]'],
  [() => ({ y: constant([1, 2], [-1, -2]) }), `Cannot make a constant: want ${sizes}, got [-1, -2]`],
  [() => ({ y: iota(-1) }), "Cannot iota: want a whole number >= 0, got -1"],
  [() => ({ y: fill(1, [-2]) }), `Cannot fill: want ${sizes}, got [-2]`],
  [(x) => ({ y: reshape(x.a, [-2, -3]) }), `Cannot reshape: want ${sizes}, got [-2, -3]`],
  [() => ({ y: broadcast(constant(1), [0.5]) }), `Cannot broadcast: want ${sizes}, got [0.5]`],
  [(x) => ({ y: concat([x.v, x.v], 0.5) }), "Cannot concat: want an axis within 0…0 of [4], got 0.5"],
  [
    (x) => ({ y: slice(x.v, [0.5], [2]) }),
    "Cannot slice: want whole numbers >= 0, and a block inside [4], got start [0.5], shape [2]"
  ],
  [
    (x) => ({ y: pad(x.v, [-1], [5]) }),
    "Cannot pad: want whole numbers >= 0, and room for [4], got offset [-1] in [5]"
  ],
  [(x) => ({ y: scatter(x.a, iota(2), -9) }), "Cannot scatter: want a whole number >= 0 of rows, got -9"],
  [(x) => ({ y: gradients(x.v, [x.v])[0]! }), "Cannot take a gradient: want a loss of one element, got shape [4]"],
  [
    (x) => ({ y: gradients(sum(x.v), [constant(2, [1])])[0]! }),
    "Cannot differentiate: want an input, or what depends on one, got the constant 2"
  ]
]

const source = readFileSync(new URL(import.meta.url), "utf8").split("\n")
const operation = (sentence: string) => /^Cannot (\w+)/.exec(sentence)![1]!
/** How the mistake reads in this file, where that is not the operation's own name. */
const written: Readonly<Record<string, string>> = {
  make: "constant",
  declare: "input",
  take: "gradients",
  differentiate: "gradients"
}

const refused = (e: E.Either<ArgumentError, unknown>): ArgumentError =>
  E.isLeft(e) ? e.left : assert.fail("the mistake was not seen")

const withoutPlace = (e: ArgumentError): string => e.message.replace(/ \(at [^)]*\)$/, "")

for (const [mistake, sentence] of golden) {
  test(`${sentence}, and where`, () => {
    const error = refused(program("p", shapes, mistake))
    assert.equal(withoutPlace(error), sentence)
    const place = / \(at \S*errors_test\.ts:(\d+):\d+\)$/.exec(error.message)
    assert.ok(place !== null, `${error.message} does not name this file`)
    const name = written[operation(sentence)] ?? operation(sentence)
    const line = source[Number(place[1]) - 1]!
    assert.ok(line.includes(`${name}(`) || line.includes("mean("), `line ${place[1]} is: ${line}`)
  })
}

test("the first mistake is the one reported, however much is built on it", () => {
  const error = refused(
    program("p", shapes, ({ a, v }) => {
      const wrong = matmul(a, a)
      return { y: add(reshape(add(wrong, v), [99]), constant([1, 2])) }
    })
  )
  assert.equal(error.doing, "matmul")
})

test("transforms name the program and what they did not find", () => {
  const p = built(program("mse", { x: [3], y: [3] }, ({ x, y }) => ({ loss: sum(add(x, y)), x2: add(x, x) })))
  const sentence = (e: E.Either<ArgumentError, unknown>) => withoutPlace(refused(e))
  const wide: Parameters<ReturnType<typeof grad<string, string>>>[0] = p
  const cases: readonly (readonly [E.Either<ArgumentError, unknown>, string])[] = [
    [
      grad<string, string>({ of: "los", wrt: ["x"] })(wide),
      'Cannot differentiate "mse": want one of loss, x2, got "los"'
    ],
    [grad<string, string>({ of: "loss", wrt: ["z"] })(wide), 'Cannot differentiate "mse": want one of x, y, got "z"'],
    [
      grad<string, string>({ of: "loss", wrt: ["toString"] })(wide),
      'Cannot differentiate "mse": want one of x, y, got "toString"'
    ],
    [grad({ of: "x2", wrt: ["x"] })(p), "Cannot take a gradient: want a loss of one element, got shape [3]"],
    [
      vjp<string, string>({ of: ["q"], wrt: ["x"] })(wide),
      'Cannot pull back through "mse": want one of loss, x2, got "q"'
    ],
    [jvp<string>({ wrt: ["q"] })(wide), 'Cannot push forward through "mse": want one of x, y, got "q"'],
    [hvp({ of: "x2", wrt: "x" })(p), "Cannot take a gradient: want a loss of one element, got shape [3]"],
    [perExample<string>({ batched: ["q"], size: 2 })(wide), 'Cannot batch "mse": want one of x, y, got "q"'],
    [perExample({ batched: ["x"], size: 0 })(p), 'Cannot batch "mse": want a whole number of examples >= 1, got 0'],
    [
      E.chain(grad({ of: "loss", wrt: ["x"] }))(grad({ of: "loss", wrt: ["x"] })(p)),
      'Cannot differentiate "grad(mse)": want a new name (give another "as"), got "grad.x", which the program already has'
    ]
  ]
  for (const [e, want] of cases) {
    assert.equal(sentence(e), want)
    assert.match(refused(e).message, / \(at \S*errors_test\.ts:\d+:\d+\)$/)
  }
})
