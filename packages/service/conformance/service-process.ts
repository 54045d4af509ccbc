/** A service in a process of its own, to be killed. Takes a file with `{config, now}` and prints its address. */
import { readFileSync } from 'node:fs'
import { createService } from '../src/index.ts'

const [path] = process.argv.slice(2)
const { config, now } = JSON.parse(readFileSync(path as string, 'utf8'))
const started = Math.floor(Date.now() / 1000)
const service = await createService(config, { now: () => now + Math.floor(Date.now() / 1000) - started })
const { url } = await service.start()
process.stdout.write(`${url}\n`)
process.on('SIGTERM', () => void service.stop())
