/** Loads a tiny library in this process and says as JSON what came of it. */
import { Effect } from "effect"
import { nativeLibrary } from "../../../../plugins/sessions/native/library.ts"

const source = `#include <stdint.h>
int32_t pgx_run(uint8_t *memory, int32_t slots, int32_t threads) { return memory[slots] + threads + 1; }
`
const view = new Uint8Array(new WebAssembly.Memory({ initial: 1 }).buffer)
view[5] = 7

const outcome = await Effect.runPromise(
  Effect.scoped(Effect.map(nativeLibrary(source), (l) => ({ ...l, value: l.run(view, 5, 1) }))).pipe(
    Effect.match({
      onSuccess: ({ value, cached, warnings }) => ({ value, cached, warnings, reason: "", message: "" }),
      onFailure: ({ reason, message }) => ({ value: 0, cached: false, warnings: [], reason, message })
    })
  )
)
process.stdout.write(`${JSON.stringify(outcome)}\n`)
