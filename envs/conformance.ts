/**
 * All that is wrong with contributed environments and families: the laws of the package's own, run one by one, with a
 * line on how to mend each.
 */
import type { Environment } from "./env.ts"
import type { Family } from "./family.ts"
import { environmentLaws, familyLaws } from "./law.ts"
import { advice, recordLaws } from "./law_contract.ts"
import type { Law } from "./law_support.ts"

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
  ...environments.flatMap((env) => [...recordLaws(env), ...environmentLaws(env)].map(named(env.id, "environment"))),
  ...families.flatMap((family) => familyLaws(family).map(named(family.id, "family")))
]

/** All laws of it that do not hold; those that need sound dynamics only where the dynamics are sound. */
export const environmentFindings = (env: Environment): readonly Finding[] => {
  const of = named(env.id, "environment")
  const record = findings(recordLaws(env).map(of), false)
  if (record.length > 0) return record
  return [...findings(environmentLaws(env).map(of), false), ...findings(advice(env).map(of), true)]
}

/** All laws of it that do not hold. */
export const familyFindings = (family: Family): readonly Finding[] =>
  findings(familyLaws(family).map(named(family.id, "family")), false)

const findings = (laws: readonly LawOf[], isAdvice: boolean): readonly Finding[] =>
  laws.flatMap(({ subject, name, fix, check }) => {
    const found = check()
    return found === undefined ? [] : [{ subject, law: name, found, fix, advice: isAdvice }]
  })

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
        return `it throws ${e instanceof Error ? `${e.name}: ${e.message}` : String(e)}`
      }
    }
  })
