#!/usr/bin/env node
// The command `pgex`: cli.ts under bun.
import { fileURLToPath } from "node:url"
import { launch } from "./launch.js"

launch([fileURLToPath(new URL("../cli.ts", import.meta.url)), ...process.argv.slice(2)])
