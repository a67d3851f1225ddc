import assert from "node:assert/strict"
import { test } from "node:test"
import { renderCartPole } from "../../../envs/cartpole/render.ts"

test("renderCartPole() draws the cart and a pole that leans the way theta says", () => {
  const tip = (theta: number): number =>
    Number(/x2="([^"]+)" y2="[^"]+" stroke="#c84"/.exec(renderCartPole(0, theta, 0.5, 2.4))?.[1])
  assert.equal(tip(0), 300)
  assert.ok(tip(0.2) > 300)
  assert.ok(tip(-0.2) < 300)
  assert.equal(renderCartPole(0.5, 0.1, 0.5, 2.4), renderCartPole(0.5, 0.1, 0.5, 2.4))
})
