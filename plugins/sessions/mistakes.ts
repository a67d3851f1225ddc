/** What is wrong with a use of a session, in the words that every session has. */
import { type Shape, showShape, size } from "../../core/program/mod.ts"
import type { Argument, Buffer, Mistake, Target } from "../../core/service/session.ts"

/** A view is told at one look; a name would be searched for along its prototypes, at every call. */
export const isBuffer = (x: Argument | Target): x is Buffer => !ArrayBuffer.isView(x) && "owner" in x

export const closed = (operation: string): Mistake => ({
  operation,
  want: "an open scope",
  got: "one that has closed",
  fix: "use it inside the scope it was made in"
})

/** A buffer that is not this session's, or no longer; `isOwn` where the session made it. */
export const foreign = (operation: string, isOwn: boolean): Mistake => ({
  operation,
  want: "a live buffer of this session",
  got: isOwn ? "one whose scope has closed" : "a buffer of another session",
  fix: "make the buffer in this session, in a scope that is still open"
})

export const wrongCount = (operation: string, want: number, got: number): Mistake => ({
  operation,
  want: `${want} numbers`,
  got: `${got}`,
  fix: "give as many numbers as the shape has"
})

/** `found` is undefined where nothing was given. */
export const wrongArgument = (operation: string, what: string, shape: Shape, found: number | undefined): Mistake => ({
  operation,
  want: `${what} of shape ${showShape(shape)} (${size(shape)} numbers)`,
  got: found === undefined ? "nothing" : `${found} numbers`,
  fix: found === undefined ? "give every input by its name" : "give as many numbers as the shape has"
})

export const unknownOutput = (operation: string, outputs: readonly string[], name: string): Mistake => ({
  operation,
  want: `a target for one of ${outputs.join(", ")}`,
  got: `"${name}"`,
  fix: "use the name that the program gives its output"
})
