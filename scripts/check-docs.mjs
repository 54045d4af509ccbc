/** The pages of both languages are equal: the same files, the same headings depth by depth, the same typed commands. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const docs = join(dirname(fileURLToPath(import.meta.url)), '..', 'docs')
const pages = (language) =>
  readdirSync(join(docs, language), { recursive: true })
    .filter((name) => name.endsWith('.md'))
    .sort()

/** What must be equal between the two: heading levels, and every line of every shell block that is not a comment. */
function skeleton(path) {
  const out = []
  let block
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const fence = /^\s*```(\w*)/.exec(line)
    if (fence) block = block === undefined ? fence[1] : undefined
    else if (block === undefined && /^#+ /.test(line)) out.push(line.split(' ')[0])
    else if ((block === 'sh' || block === 'console') && !/^\s*#/.test(line)) out.push(line.trimEnd())
  }
  return out
}

const faults = []
const [english, chinese] = [pages('en'), pages('zh')]
for (const name of english) if (!chinese.includes(name)) faults.push(`docs/zh/${name} is missing`)
for (const name of chinese) if (!english.includes(name)) faults.push(`docs/en/${name} is missing`)
for (const name of english.filter((page) => chinese.includes(page))) {
  const [left, right] = [skeleton(join(docs, 'en', name)), skeleton(join(docs, 'zh', name))]
  const at = Array.from({ length: Math.max(left.length, right.length) }, (_, i) => i).find((i) => left[i] !== right[i])
  if (at !== undefined)
    faults.push(`docs/{en,zh}/${name} differ: "${left[at] ?? 'end'}" against "${right[at] ?? 'end'}"`)
}
for (const fault of faults) process.stderr.write(`${fault}\n`)
process.exit(faults.length === 0 ? 0 : 1)
