/** `npm start`: sets up, then tells the story of the main job and keeps the service running. */
import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { bin, node, root, setup } from './setup.mjs'

setup({ system: false })
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` }
const story = [join(root, 'demo', 'story.ts'), ...process.argv.slice(2)]
const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...story], { cwd: root, env, stdio: 'inherit' })
// A terminal sends Ctrl-C to both, so the story may hear it twice.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1)))
