/** Digests of bytes, and of a run. */
import { createHash } from "node:crypto"
import type { Artefact } from "../../core/service/run_store.ts"

/** SHA-256, lower-case hexadecimal. */
export const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

/** One digest over all artefacts: equal where every one of them is equal, byte for byte. */
export const digestOf = (artefacts: readonly Artefact[]): string =>
  digest(new TextEncoder().encode(artefacts.map((a) => `${a.path} ${a.sha256}\n`).join("")))
