import type { Command } from 'commander'
import { createAdminClient } from '../../input/admin.ts'
import type { Face } from '../../program.ts'
import { listSets, listValues, listVersions, queryAll, queryOne } from '../../refs/api.ts'
import { renderSets, renderValues, renderVersions } from '../../refs/render.ts'
import { administered, onSet, type RefsOptions, type SetOption } from './options.ts'

/** `veritee refs query`, `list` and `versions`. */
export function addViews(refs: Command, { io }: Face): void {
  administered(refs.command('query [name]').description('prints what policies compare with, of every set, as JSON'))
    .addHelpText('after', '\nExamples:\n  $ veritee refs query\n  $ veritee refs query tdx.quote.body.mr_td')
    .action(async (name: string | undefined, options: RefsOptions) => {
      const client = await createAdminClient(io, options)
      const found = name === undefined ? await queryAll(client) : await queryOne(client, name)
      io.out(`${JSON.stringify(found, undefined, options.json ? undefined : 2)}\n`)
    })
  administered(refs.command('list').description('lists the reference sets, or the values of one'))
    .option('--set <name>', 'the values of this set')
    .addHelpText('after', '\nExamples:\n  $ veritee refs list\n  $ veritee refs list --set default')
    .action(async (options: RefsOptions & Partial<SetOption>) => {
      const client = await createAdminClient(io, options)
      if (options.set === undefined) {
        const sets = await listSets(client)
        if (options.json) io.out(`${JSON.stringify({ sets })}\n`)
        else renderSets(io, sets)
        return
      }
      const values = await listValues(client, options.set)
      if (options.json) io.out(`${JSON.stringify({ values })}\n`)
      else renderValues(io, values)
    })
  onSet(refs.command('versions').description('lists the versions of a set, newest first'))
    .addHelpText('after', '\nExample:\n  $ veritee refs versions --set web-1.2')
    .action(async (options: RefsOptions & SetOption) => {
      const versions = await listVersions(await createAdminClient(io, options), options.set)
      if (options.json) io.out(`${JSON.stringify({ versions })}\n`)
      else renderVersions(io, versions)
    })
}
