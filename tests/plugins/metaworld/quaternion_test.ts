import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { quaternionOf } from "../../../plugins/metaworld/quaternion.ts"

const number = fc.double({ min: -1, max: 1, noNaN: true })

/** The rotation matrix of a unit quaternion, x y z w, row by row. */
const matrixOf = ([x, y, z, w]: readonly number[]): number[] => [
  ...[1 - 2 * (y! * y! + z! * z!), 2 * (x! * y! - z! * w!), 2 * (x! * z! + y! * w!)],
  ...[2 * (x! * y! + z! * w!), 1 - 2 * (x! * x! + z! * z!), 2 * (y! * z! - x! * w!)],
  ...[2 * (x! * z! - y! * w!), 2 * (y! * z! + x! * w!), 1 - 2 * (x! * x! + y! * y!)]
]

test("quaternionOf() gives the quaternion that a rotation was made of, but for its sign", () =>
  fc.assert(
    fc.property(fc.tuple(number, number, number, number), (q) => {
      const length = Math.hypot(...q)
      fc.pre(length > 1e-3)
      const unit = q.map((x) => x / length)
      const got = new Float64Array(5)
      quaternionOf([9, ...matrixOf(unit)], 1, got, 1)
      const sign = Math.sign(unit.reduce((sum, x, i) => sum + x * got[i + 1]!, 0))
      for (const [i, x] of unit.entries()) assert.ok(Math.abs(x - sign * got[i + 1]!) < 1e-7, `${unit} ${got}`)
    })
  ))

test("quaternionOf() takes SciPy's sign", () => {
  // Golden: scipy 1.17.1, Rotation.from_matrix(m).as_quat().
  const golden: readonly (readonly [number[], number[]])[] = [
    [
      [1, 0, 0, 0, 1, 0, 0, 0, 1],
      [0, 0, 0, 1]
    ],
    [
      [-1, 0, 0, 0, -1, 0, 0, 0, 1],
      [0, 0, 1, 0]
    ],
    [
      [1, 0, 0, 0, -1, 0, 0, 0, -1],
      [1, 0, 0, 0]
    ],
    [
      [0, -1, 0, 1, 0, 0, 0, 0, 1],
      [0, 0, Math.SQRT1_2, Math.SQRT1_2]
    ],
    [
      [0, 0, 1, 1, 0, 0, 0, 1, 0],
      [0.5, 0.5, 0.5, 0.5]
    ],
    [
      [-0.8, -0.6, 0, 0.6, -0.8, 0, 0, 0, 1],
      [0, 0, 0.9486832980505138, 0.31622776601683794]
    ]
  ]
  for (const [matrix, want] of golden) {
    const got = new Float64Array(4)
    quaternionOf(matrix, 0, got, 0)
    for (const [i, x] of want.entries()) assert.ok(Math.abs(x - got[i]!) < 1e-15, `${matrix}: want ${want}, got ${got}`)
  }
})
