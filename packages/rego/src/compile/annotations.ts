import { parseYaml } from '../builtins/documents/yaml/parse.ts'
import { RegoError } from '../errors.ts'
import { type BuiltinContext, BuiltinError } from '../evaluate/builtin.ts'
import type { Comment, Module, Rule } from '../syntax/index.ts'
import { isArray, ObjectBuilder, RegoObject, type Value } from '../value/index.ts'
import { constantPath } from './rule-tree.ts'

/** A `# METADATA` block and what it describes. */
export interface Annotation {
  readonly scope: 'rule' | 'document' | 'package' | 'subpackages'
  /** Names under `data`. */
  readonly path: readonly string[]
  /** The rule it stands before, for `rule` and `document`. */
  readonly rule: Rule | undefined
  readonly value: RegoObject
}

const SCOPES: readonly string[] = ['rule', 'document', 'package', 'subpackages']

/** The annotations of a module in order. Throws REGO_POLICY_INVALID where a block is not YAML or describes nothing. */
export function readAnnotations(module: Module): Annotation[] {
  return metadataBlocks(module).map((block) => readAnnotation(module, block))
}

/** Runs of comments on consecutive rows that begin with `METADATA`. */
function metadataBlocks(module: Module): Comment[][] {
  const blocks: Comment[][] = []
  let row = 0
  for (const comment of module.comments) {
    const own = module.source.locate(comment.at).row
    if (comment.text.trim() === 'METADATA') blocks.push([comment])
    else if (blocks.length > 0 && own === row + 1) blocks.at(-1)!.push(comment)
    row = blocks.length > 0 && (comment.text.trim() === 'METADATA' || own === row + 1) ? own : -1
  }
  return blocks
}

function readAnnotation(module: Module, block: readonly Comment[]): Annotation {
  const { at } = block[0]!
  const body = parseBlock(module, block)
  const rule = module.rules.find((item) => item.at > at)
  const isPackage = module.packageAt > at
  const scope = body.member('scope') ?? (isPackage ? 'package' : 'rule')
  if (typeof scope !== 'string' || !SCOPES.includes(scope) || (!rule && !isPackage)) {
    throw module.source.error('REGO_POLICY_INVALID', at, 'the metadata block describes nothing')
  }
  const onRule = scope === 'rule' || scope === 'document'
  return {
    scope: scope as Annotation['scope'],
    path: onRule && rule ? [...module.packagePath, ...constantPath(rule)] : module.packagePath,
    rule: onRule ? rule : undefined,
    value: normalize(body, scope),
  }
}

function parseBlock(module: Module, [head, ...lines]: readonly Comment[]): RegoObject {
  const text = lines.map((line) => line.text.replace(/^ /, '')).join('\n')
  try {
    const value = parseYaml(text, COMPILE_CONTEXT)
    if (value instanceof RegoObject) return value
  } catch (error) {
    if (!(error instanceof BuiltinError || error instanceof RegoError)) throw error
  }
  throw module.source.error('REGO_POLICY_INVALID', head!.at, 'the metadata block is not a YAML mapping')
}

/** Authors and resources written as texts become objects. */
function normalize(body: RegoObject, scope: string): RegoObject {
  const builder = new ObjectBuilder()
  for (const [key, value] of body.entries()) {
    const items = isArray(value) ? value : undefined
    if (key === 'authors' && items) builder.set(key, items.map(readAuthor))
    else if (key === 'related_resources' && items) builder.set(key, items.map(readResource))
    else builder.set(key, value)
  }
  return builder.set('scope', scope).build()
}

function readAuthor(author: Value): Value {
  if (typeof author !== 'string') return author
  const match = /^(.*?)\s*(?:<([^<>]*)>)?$/.exec(author.trim())!
  const builder = new ObjectBuilder()
  if (match[1]) builder.set('name', match[1])
  if (match[2]) builder.set('email', match[2])
  return builder.build()
}

function readResource(resource: Value): Value {
  return typeof resource === 'string' ? RegoObject.of([['ref', resource]]) : resource
}

/** Blocks are bounded by the length of the policy text. */
const COMPILE_CONTEXT: BuiltinContext = {
  step() {},
  memory() {},
  nowNanoseconds: 0n,
  randomBytes: (count) => new Uint8Array(count),
  cache: new Map(),
  print() {},
  host: () => undefined,
  runtime: RegoObject.EMPTY,
}
