/** Environments and families, misused. Nothing runs. */
import { cartPole, type Dynamics, environment, family, number, text, vectorise } from "../../envs/mod.ts"

declare const dynamics: Dynamics

const length = number(0.5, "m", 0.1, 4, "length of the pole")

export const anEnvironment = () =>
  environment({
    ...cartPole,
    parameters: { length },
    dynamics: (p) => {
      const metres: number = p.length
      return metres > 0 ? dynamics : dynamics
    }
  })

export const aParameterThatIsNone = () =>
  environment({
    ...cartPole,
    parameters: { length },
    // @ts-expect-error: there is a length, no mass
    dynamics: ({ mass }) => (mass > 0 ? dynamics : dynamics)
  })

export const aParameterOfAnotherType = () =>
  environment({
    ...cartPole,
    parameters: { map: text("", /^[A-Z]*$/, "letters", ["AB"], "the map") },
    // @ts-expect-error: a text is no number
    dynamics: ({ map }) => (map > 0 ? dynamics : dynamics)
  })

export const dynamicsWithoutAStep = () => {
  const { step: _, ...rest } = dynamics
  // @ts-expect-error: no step
  return environment({ ...cartPole, parameters: { length }, dynamics: () => rest })
}

export const aFamilyThatReadsAnother = () =>
  family({
    id: "mine",
    summary: "",
    environment: cartPole,
    options: { n: number(10, "tasks", 1, 100, "number of tasks") },
    // @ts-expect-error: there is n, no low
    tasks: ({ low }) => ({ tasks: [{ id: "a", params: { length: low } }] }),
    draw: () => ({ tasks: [] })
  })

export const membersWithoutStreams = () =>
  // @ts-expect-error: each member has a stream of its own
  vectorise([{ dynamics, maxEpisodeSteps: 500 }])
