/** Sessions: which there are, which works, and sharing them. */
export { type Chosen, chooseSession, firstThatWorks, sessionLayer } from "./choose.ts"
export { automatic, type Kind, type KindEntry, type Kinds, kinds, SessionKinds, type SessionOptions } from "./kinds.ts"
export { rateOf, sessionMetrics } from "./metrics.ts"
export { type OpenOptions, openSession } from "./open.ts"
export { type SessionPool, sessionPool } from "./pool.ts"
export { lossSentence, type RunSession, runSession } from "./run_session.ts"
export { type Surveyed, survey } from "./survey.ts"
