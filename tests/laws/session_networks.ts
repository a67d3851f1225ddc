/** Laws of sessions: every architecture that is told its task, its gradient, and the factors of every row's. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { gradients, mul, program, sum, type Tensor, tanh } from "../../core/program/mod.ts"
import { specimens } from "../core/network/specimens.ts"
import { told, trained } from "../core/network/support.ts"
import { built } from "../core/program/support.ts"
import { agreeing, type Case, type Subject, within } from "./session_support.ts"

const common = { layers: 2, width: 7, activation: "tanh" } as const
const sizes = { inputs: 9, outputs: 3, told: { at: 4, tasks: 3 } }
const rows = 11

export const networkSessionLaws = (subject: Subject): void => {
  test(`${subject.name}: outputs, gradients and their factors of every architecture`, () =>
    within(subject, (s) =>
      Effect.gen(function* () {
        const cases = Object.entries(specimens).map(([what, { make }]): Case => {
          const network = make(common, sizes)
          const made = program(what, { theta: [network.layout.size], x: [rows, sizes.inputs] }, ({ theta, x }) => {
            const { output, cuts, factors } = network.forward(theta, x)
            const y = sum(mul(tanh(output), output))
            const outputs: Record<string, Tensor> = { output, slope: gradients(y, [theta])[0]! }
            factors(gradients(y, cuts)).forEach(({ left }, q) => {
              outputs[`left.${q}`] = left
            })
            return outputs
          })
          return {
            what,
            program: built(made),
            given: { theta: trained(network), x: told(sizes, (row) => row % 3, rows) }
          }
        })
        assert.equal(yield* agreeing(subject, s, cases), cases.length, "all are well-conditioned")
      })
    ))
}
