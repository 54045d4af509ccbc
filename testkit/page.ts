/** Types the shell lines of a documentation page, one by one, the way a reader would. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './command.ts'
import { claimPort } from './port.ts'

export interface TypedLine {
  readonly line: string
  readonly code: number | null
  readonly output: string
}

/** Every block of a page, in order: `sh` is typed by the tests as it stands, `console` needs a machine of its own. */
export function readPageBlocks(page: string, kind: 'sh' | 'console' = 'sh'): string[] {
  const text = readFileSync(join(root, 'docs', page), 'utf8')
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap((block) => (block[1] === kind ? [block[2]!] : []))
}

/** The lines of every `sh` block of a page, in order; continued lines are joined. */
export function readPageLines(page: string): string[] {
  return readPageBlocks(page)
    .flatMap((block) => block.replace(/\\\n\s*/g, ' ').split('\n'))
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
}

/**
 * Types the lines in `folder`. Set-up has run already, services run in the background until the page ends, and the
 * default port gives way to a free one; nothing else differs from what is printed.
 */
export async function typePage(page: string, folder: string): Promise<TypedLine[]> {
  mkdirSync(folder, { recursive: true })
  if (!existsSync(join(folder, 'node_modules'))) symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const port = await claimPort()
  const services: ChildProcess[] = []
  const typed: TypedLine[] = []
  try {
    for (const line of readPageLines(page)) {
      if (line === 'npm run setup') continue
      const command = adapt(line, port)
      if (/\bveritee serve\b/.test(line)) services.push(await startService(command, folder))
      else typed.push({ line, ...(await run(command, folder)) })
    }
    return typed
  } finally {
    for (const service of services) service.kill('SIGTERM')
  }
}

function adapt(line: string, port: number): string {
  const program = `${process.execPath} ${join(root, 'packages', 'cli', 'bin', 'veritee.js')}`
  const typed = line
    .replace(/\b(veritee serve)\b/, `$1 --listen 127.0.0.1:${port}`)
    .replace(/\b(veritee secret \w+ ?(?:kbs:\S+)?)/, `$1 --url http://127.0.0.1:${port} `)
    .replace(/\b(veritee policy (?!check|eval|test|fmt)[a-z-]+)/, `$1 --url http://127.0.0.1:${port}`)
    .replaceAll('http://127.0.0.1:8081', `http://127.0.0.1:${port}`)
  return typed.replaceAll('npx veritee', program)
}

function run(command: string, cwd: string): Promise<Omit<TypedLine, 'line'>> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', command], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', (part: Buffer) => {
      output += part
    })
    child.stderr.on('data', (part: Buffer) => {
      output += part
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}

/** Ready once it says where it listens. */
function startService(command: string, cwd: string): Promise<ChildProcess> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', `exec ${command}`], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    child.stdout.on('data', (part: Buffer) => {
      said += part
      if (said.includes('listening on')) resolve(child)
    })
    child.stderr.on('data', (part: Buffer) => {
      said += part
    })
    child.on('exit', (code) => reject(new Error(`${command} ended with ${code}: ${said}`)))
  })
}
