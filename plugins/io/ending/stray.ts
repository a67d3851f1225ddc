/** What nobody caught: it goes to whoever has code of others run meanwhile, else it ends the command. */
import { Effect } from "effect"

/** Takes what nobody caught. */
type Taker = (thrown: unknown) => void

const takers: Taker[] = []

/** Fails with what nobody catches while it runs, where this process runs a command. */
export const stray = <E>(told: (thrown: unknown) => E): Effect.Effect<never, E> =>
  Effect.callback<never, E>((resume) => {
    const taker = (thrown: unknown): void => resume(Effect.fail(told(thrown)))
    takers.push(taker)
    return Effect.sync(() => void takers.splice(takers.indexOf(taker), 1))
  })

/** The process's own taker, as a defect of the command. */
export const lastStray = Effect.callback<never>((resume) => {
  const caught = (thrown: unknown): void => {
    const taker = takers.at(-1)
    if (taker === undefined) resume(Effect.die(thrown))
    else taker(thrown)
  }
  process.on("uncaughtException", caught)
  process.on("unhandledRejection", caught)
})
