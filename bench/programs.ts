/** The programs whose speed is measured: what they read, and what they write back. */
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { categorical } from "../core/dist/mod.ts"
import type { ArgumentError } from "../core/failure/mod.ts"
import { mlp } from "../core/network/mod.ts"
import { adam, clipNorm } from "../core/optim/mod.ts"
import {
  clip,
  exp,
  gradients,
  hvp,
  matmul,
  mean,
  min,
  mul,
  neg,
  type Program,
  program,
  square,
  sub,
  type Tensor
} from "../core/program/mod.ts"
import { fillIntegers, fillNormal, stream, zeroKey } from "../core/random/mod.ts"

/** A program and its first inputs; an output named as an input takes its place in the next run. */
export type StepProgram = E.Either<
  ArgumentError,
  { readonly program: Program; readonly inputs: Readonly<Record<string, Float64Array>> }
>

const normals = (count: number, scale = 1): Float64Array => {
  const out = new Float64Array(count)
  fillNormal(stream(zeroKey), out)
  return out.map((x) => scale * x)
}

/** A matrix product op(a)·op(b), m x k by k x n. */
export interface Product {
  readonly m: number
  readonly k: number
  readonly n: number
  readonly transposeA?: boolean
  readonly transposeB?: boolean
}

export const product = ({ m, k, n, transposeA = false, transposeB = false }: Product): StepProgram =>
  E.map((p: Program) => ({ program: p, inputs: { a: normals(m * k), b: normals(k * n) } }))(
    program("product", { a: transposeA ? [k, m] : [m, k], b: transposeB ? [n, k] : [k, n] }, ({ a, b }) => ({
      c: matmul(a, b, { transposeA, transposeB })
    }))
  )

/** Forward, clipped policy loss, backward, gradient-norm clip 0.5, Adam. Shapes: `sizes` of the layers, first to last. */
export const actorStep = (sizes: readonly number[], batch: number): StepProgram => {
  const [inputs, actions] = [sizes[0]!, sizes.at(-1)!]
  const action = new Int32Array(batch)
  fillIntegers(stream(zeroKey), 0, actions, action)
  return trainingStep("actor", sizes, 0.5, {
    observation: { shape: [batch, inputs], values: normals(batch * inputs) },
    action: { shape: [batch], values: Float64Array.from(action) },
    old: { shape: [batch], values: new Float64Array(batch).fill(-Math.log(actions)) },
    advantage: { shape: [batch], values: normals(batch) }
  })((forward, x) => {
    const ratio = exp(sub(categorical.logProb({ logits: forward(x("observation")) }, x("action")), x("old")))
    return neg(mean(min(mul(ratio, x("advantage")), mul(clip(ratio, 0.8, 1.2), x("advantage")))))
  })
}

/** Forward, mean squared error, backward, Adam. */
export const regressionStep = (sizes: readonly number[], batch: number): StepProgram => {
  const [inputs, outputs] = [sizes[0]!, sizes.at(-1)!]
  return trainingStep("regression", sizes, undefined, {
    x: { shape: [batch, inputs], values: normals(batch * inputs) },
    y: { shape: [batch, outputs], values: normals(batch * outputs) }
  })((forward, x) => mean(square(sub(forward(x("x")), x("y")))))
}

/** Gradient and Hessian-vector product of the policy gradient's loss −mean(A·log π(a|s)) over `batch` rows. */
export const hessianVector = (sizes: readonly number[], batch: number): StepProgram => {
  const [inputs, actions] = [sizes[0]!, sizes.at(-1)!]
  const net = mlp({ inputs, hidden: sizes.slice(1, -1), outputs: actions, activation: "tanh" })
  const n = net.layout.size
  const action = new Float64Array(batch)
  fillIntegers(stream(zeroKey), 0, actions, action)
  const shapes = { theta: [n], observation: [batch, inputs], action: [batch], advantage: [batch] }
  return pipe(
    program("policy loss", shapes, ({ theta, observation, action, advantage }) => {
      const logits = net.forward(theta, observation).output
      return { loss: neg(mean(mul(categorical.logProb({ logits }, action), advantage))) }
    }),
    E.flatMap(hvp({ of: "loss", wrt: "theta" })),
    E.map((p: Program) => ({
      program: p,
      inputs: {
        theta: net.init(stream(zeroKey), 0.01),
        observation: normals(batch * inputs),
        action,
        advantage: normals(batch),
        "v.theta": normals(n)
      }
    }))
  )
}

interface Given {
  readonly shape: readonly number[]
  readonly values: Float64Array
}

/** One descent step on `loss` of a tanh network; θ, m, v and the bias corrections are read and replaced. */
const trainingStep =
  (name: string, sizes: readonly number[], limit: number | undefined, data: Readonly<Record<string, Given>>) =>
  (loss: (forward: (x: Tensor) => Tensor, x: (name: string) => Tensor) => Tensor): StepProgram => {
    const shape = { inputs: sizes[0]!, hidden: sizes.slice(1, -1), outputs: sizes.at(-1)!, activation: "tanh" } as const
    const net = mlp(shape)
    const optimiser = adam({ epsilon: 1e-5 })
    const n = net.layout.size
    const state = optimiser.state(n)
    const shapes: Record<string, readonly number[]> = { theta: [n], ...state }
    for (const [key, { shape }] of Object.entries(data)) shapes[key] = shape
    const step = program(name, shapes, (x) => {
      const theta = x.theta!
      const value = loss(
        (rows) => net.forward(theta, rows).output,
        (key) => x[key]!
      )
      const [raw] = gradients(value, [theta])
      const grad = limit === undefined ? raw! : clipNorm(raw!, limit).grad
      const next = optimiser.step({ theta, grad, rate: 3e-4 }, { m: x.m!, v: x.v!, correction: x.correction! })
      return { theta: next.theta, ...next.state }
    })
    return E.map((p: Program) => {
      const inputs: Record<string, Float64Array> = { theta: net.init(stream(zeroKey), 0.01) }
      for (const [key, { values }] of Object.entries(data)) inputs[key] = values
      for (const [key, size] of Object.entries(state)) inputs[key] = new Float64Array(size[0]!)
      return { program: p, inputs }
    })(step)
  }
