/** Options of families, from a configuration to the tasks. */
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { zeroKey } from "../../core/random/mod.ts"
import { findFamily } from "../../envs/registry.ts"
import { resolve, settingsObject } from "../../plugins/config/load.ts"
import { catalog } from "../../plugins/loading/catalog/mod.ts"
import { bytesOf, mutatedJson, type Target } from "../support/fuzz.ts"

/** Of a family all options as they are by default. */
const settings = catalog.registry.families.map(({ id, options }) => ({
  family: { id, n: 4, options: Object.fromEntries(Object.entries(options).map(([name, o]) => [name, o.default])) }
}))

const first = settings[0]?.family ?? { id: "", n: 0, options: {} }

export const families: readonly Target[] = [
  {
    name: "options of families",
    valid: bytesOf(JSON.stringify({ family: { ...first, options: {} } })),
    inputs: mutatedJson([
      ...settings,
      // One at a time, so that not all are refused by the first.
      ...settings.flatMap(({ family }) =>
        Object.entries(family.options).map(([name, value]) => ({ family: { ...family, options: { [name]: value } } }))
      )
    ]),
    read: (input) =>
      pipe(
        settingsObject(new TextDecoder().decode(input), "a.json"),
        E.chainW((own) => resolve(own, "a.json", {})),
        E.chainW(({ family: { id, n, options } }) =>
          pipe(
            findFamily(catalog.registry, id),
            E.chainFirst((family) => family.tasks({ ...options, n })),
            E.chain((family) => family.draw({ ...options, n }, zeroKey, 3))
          )
        ),
        E.fold(
          (e): string | undefined => e.message,
          () => undefined
        )
      )
  }
]
