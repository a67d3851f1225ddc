import assert from "node:assert/strict"
import { test } from "node:test"
import {
  add,
  concat,
  constant,
  equal,
  exp,
  gather,
  grad,
  matmul,
  maximum,
  mean,
  pad,
  program,
  scatter,
  select,
  signature,
  slice,
  square,
  stopGradient,
  sub,
  text,
  transpose
} from "../../../core/program/mod.ts"
import { built } from "./support.ts"

test("text() of a loss and its gradient reads from the inputs to the outputs", () => {
  const mse = built(
    program("mse", { w: [3, 1], x: [8, 3], y: [8, 1] }, ({ w, x, y }) => ({ loss: mean(square(sub(matmul(x, w), y))) }))
  )
  assert.equal(signature(mse), "mse(w: [3, 1], x: [8, 3], y: [8, 1]) -> loss: []")
  assert.equal(
    text(built(grad({ of: "loss", wrt: ["w"] })(mse))),
    `grad(mse)(w: [3, 1], x: [8, 3], y: [8, 1]) -> loss: [], grad.w: [3, 1]
  %w = input w [3, 1]
  %x = input x [8, 3]
  %y = input y [8, 1]
  %3 = matmul(%x, %w) [8, 1]
  %4 = sub(%3, %y) [8, 1]
  %5 = mul(%4, %4) [8, 1]
  %6 = sum(%5, axes [0, 1]) []
  %7 = 0.125 []
  %8 = mul(%6, %7) []
  %9 = 0.125 []
  %10 = broadcast(%9) [8, 1]
  %11 = mul(%10, %4) [8, 1]
  %12 = mul(%10, %4) [8, 1]
  %13 = add(%11, %12) [8, 1]
  %14 = matmul(%xᵀ, %13) [3, 1]
  loss <- %8
  grad.w <- %14`
  )
})

test("text() shows every kind of operation", () => {
  const all = built(
    program("all", { x: [2, 3], i: [4] }, ({ x, i }) => {
      const rows = gather(x, i)
      const back = scatter(rows, i, 2)
      const turned = transpose(back, [1, 0])
      const block = slice(concat([turned, turned], 1), [0, 1], [3, 2])
      const wide = pad(block, [1, 0], [5, 2])
      const picked = select(equal(wide, 0), exp(wide), add(wide, constant([1, 2])))
      return { y: maximum(stopGradient(picked), { axes: [0] }) }
    })
  )
  assert.equal(
    text(all),
    `all(x: [2, 3], i: [4]) -> y: [2]
  %x = input x [2, 3]
  %i = input i [4]
  %2 = gather(%x, %i) [4, 3]
  %3 = scatter(%2, %i) [2, 3]
  %4 = transpose(%3, [1, 0]) [3, 2]
  %5 = concat(%4, %4, axis 1) [3, 4]
  %6 = slice(%5, at [0, 1]) [3, 2]
  %7 = pad(%6, at [1, 0]) [5, 2]
  %8 = 0 []
  %9 = broadcast(%8) [5, 2]
  %10 = eq(%7, %9) [5, 2]
  %11 = exp(%7) [5, 2]
  %12 = constant of 2 numbers [2]
  %13 = broadcast(%12) [5, 2]
  %14 = add(%7, %13) [5, 2]
  %15 = select(%10, %11, %14) [5, 2]
  %16 = stopGradient(%15) [5, 2]
  %17 = max(%16, axes [0]) [2]
  y <- %17`
  )
})
