/** What a check of a plugin found. */
import type { Finding } from "../../envs/mod.ts"
import type { PluginReceipt } from "./add.ts"

/** The law that comes first. */
export const LOADING = "its module loads"

/** One contribution that was checked. */
export interface Subject {
  readonly id: string
  readonly kind: "environment" | "family" | "grouping" | "algorithm" | "aggregator" | "logger"
  /** How many laws it was held to. */
  readonly laws: number
  /** Of one thread under random actions; null where it does not run. */
  readonly stepsPerSecond: number | null
}

export interface PluginReport {
  /** Null where the module is no plugin. */
  readonly plugin: PluginReceipt | null
  readonly subjects: readonly Subject[]
  readonly findings: readonly Finding[]
}
