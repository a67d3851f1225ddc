/** What a model is loaded from. */

/** An XML file and all that it names, by paths as they name each other: `/` between folders, relative to one root. */
export interface ModelSource {
  /** The path of the main file. */
  readonly main: string
  readonly files: ReadonlyMap<string, Uint8Array | string>
}

/** A model of one file. */
export const modelOfText = (name: string, xml: string): ModelSource => ({ main: name, files: new Map([[name, xml]]) })

/** Bytes that a simulation may use for contacts and the solver; no task that comes with the package uses a tenth of it. */
const ARENA = "2M"

/**
 * The XML with an arena of {@link ARENA}: by default MuJoCo takes 14 MB for each simulation, and the whole engine can have
 * 2 GB. What the XML says of stack and counts of contacts is another way to say the same, so it goes.
 */
export const withSmallArena = (xml: string): string => {
  const text = xml.replaceAll(/<!--[\s\S]*?-->/g, "")
  const size = /<size\b[^>]*?(\/?)>/.exec(text)
  if (size === null) return text.replace(/<mujoco\b[^>]*>/, (open) => `${open}<size memory="${ARENA}"/>`)
  const kept = size[0].replaceAll(/\s(?:memory|nstack|njmax|nconmax)\s*=\s*(?:"[^"]*"|'[^']*')/g, "")
  return text.replace(size[0], kept.replace(/^<size\b/, `<size memory="${ARENA}"`))
}
