/** For rooms that read and write tables of their own. */
export { quote } from "./csv.ts"
export { records } from "./csv_records.ts"
