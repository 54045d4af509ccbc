import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import type { CompatFile, CompatSettings } from '../compat/file.ts'
import { installFiles } from '../compat/install.ts'
import { listTdxGuideFiles } from '../compat/tdx-guide.ts'
import { listTrusteeFiles } from '../compat/trustee.ts'
import { CliError } from '../errors.ts'
import type { Face } from '../program.ts'
import { splitList } from './options.ts'

/** Programs that can be put into a folder, by family. */
const FAMILIES: Readonly<Record<string, (settings: CompatSettings) => readonly CompatFile[]>> = {
  tdx: listTdxGuideFiles,
  trustee: listTrusteeFiles,
}

interface InstallOptions {
  readonly only?: string
  readonly world?: string
  readonly json?: boolean
}

/** `veritee compat install`: older program names that call this one. */
export function addCompat(program: Command, { io }: Face): void {
  program
    .command('compat')
    .description('older program names, so that existing guides and scripts keep working')
    .command('install <dir>')
    .description('writes the programs and folders that guides use below a folder')
    .option('--only <families>', `some families, separated by commas: ${Object.keys(FAMILIES).join(', ')}`)
    .option(
      '--world <dir>',
      'the programs ask a simulated guest of this folder of `veritee simulate`, and trust its root',
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nDocuments that are there already are kept; programs of others are never replaced.\n\nExamples:\n  $ sudo veritee compat install /opt/alibaba\n  $ veritee compat install ./guide --world ./demo-tdx',
    )
    .action(async (dir: string, options: InstallOptions) => {
      const settings: CompatSettings = {
        command: [process.execPath, fileURLToPath(new URL('../../bin/veritee.js', import.meta.url))],
        ...(options.world === undefined ? {} : { world: resolve(options.world) }),
      }
      const families = options.only === undefined ? Object.keys(FAMILIES) : splitList(options.only)
      const files = families.flatMap((name) => familyOf(name)(settings))
      const installed = await installFiles(dir, files)
      if (options.json) io.out(`${JSON.stringify({ folder: resolve(dir), files: installed })}\n`)
      else for (const { path, outcome } of installed) io.out(`${outcome} ${path}\n`)
    })
}

/** @throws CliError CLI_ARGUMENT_INVALID */
function familyOf(name: string): (settings: CompatSettings) => readonly CompatFile[] {
  const family = Object.hasOwn(FAMILIES, name) ? FAMILIES[name] : undefined
  if (family !== undefined) return family
  throw new CliError('CLI_ARGUMENT_INVALID', `There is no family ${name}.`, {
    details: { path: '--only', expected: Object.keys(FAMILIES), actual: name },
  })
}
