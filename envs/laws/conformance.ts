/**
 * All that is wrong with contributed environments and families: the laws of the package's own, run one by one, with a
 * line on how to mend each.
 */
import type { Environment } from "../env.ts"
import type { Family } from "../family.ts"
import { returnLaws } from "./contract.ts"
import { environmentLaws, familyLaws } from "./law.ts"
import { advice, recordLaws } from "./record.ts"
import type { Law } from "./support.ts"

const THROWS = "it throws"

/** Laws without which the others say little. */
const firstLaws: ReadonlySet<string> = new Set([
  "equal keys give equal trajectories",
  "nothing draws from Math.random",
  "two instances do not know of each other",
  "no call keeps a buffer that it was given",
  "observe() writes every component"
])

/** Is told of each law before it is checked. */
export type Before = (subject: string, law: string) => void

const untold: Before = () => {}

/** What a plugin contributes, as far as laws are known for it. */
export interface Contents {
  readonly environments?: readonly Environment[]
  readonly families?: readonly Family[]
}

/** A law of one environment or family. Its check does not throw: what the contributed code throws is what it found. */
export interface LawOf extends Law {
  /** The id. */
  readonly subject: string
  readonly kind: "environment" | "family"
}

/** A law that does not hold. */
export interface Finding {
  readonly subject: string
  readonly law: string
  readonly found: string
  readonly fix: string
  /** Only worth a thought. */
  readonly advice: boolean
}

/** Every law of everything in it, for a test runner to run one by one. */
export const lawsOf = ({ environments = [], families = [] }: Contents): readonly LawOf[] => [
  ...environments.flatMap((env) =>
    [...recordLaws(env), ...returnLaws(env), ...environmentLaws(env)].map(named(env.id, "environment"))
  ),
  ...families.flatMap((family) => familyLaws(family).map(named(family.id, "family")))
]

/**
 * All laws of it that do not hold. A record that is wrong, or numbers that do not repeat, break most other laws as well:
 * then only these are told.
 */
export const environmentFindings = (env: Environment, before = untold): readonly Finding[] => {
  const of = named(env.id, "environment")
  const laws = environmentLaws(env)
  for (const first of [recordLaws(env), returnLaws(env), laws.filter((l) => firstLaws.has(l.name))]) {
    const found = findings(first.map(of), false, before)
    if (found.length > 0) return found
  }
  const later = laws.filter((l) => !firstLaws.has(l.name))
  return [...findings(later.map(of), false, before), ...findings(advice(env).map(of), true, before)]
}

/** All laws of it that do not hold. */
export const familyFindings = (family: Family, before = untold): readonly Finding[] =>
  findings(familyLaws(family).map(named(family.id, "family")), false, before)

/** Each throw once, by the first law that met it. */
const findings = (laws: readonly LawOf[], isAdvice: boolean, before: Before): readonly Finding[] =>
  laws
    .flatMap(({ subject, name, fix, check }) => {
      before(subject, name)
      const found = check()
      return found === undefined ? [] : [{ subject, law: name, found, fix, advice: isAdvice }]
    })
    .filter((f, i, all) => !f.found.startsWith(THROWS) || all.findIndex((g) => g.found === f.found) === i)

const named =
  (subject: string, kind: LawOf["kind"]) =>
  (law: Law): LawOf => ({
    ...law,
    subject,
    kind,
    check: () => {
      try {
        return law.check()
      } catch (e) {
        return `${THROWS} ${e instanceof Error ? `${e.name}: ${e.message}` : String(e)}`
      }
    }
  })
