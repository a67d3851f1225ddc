import { main } from "./plugins/cli/main.ts"

main(process.argv.slice(2))
