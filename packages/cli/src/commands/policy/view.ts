import type { Command } from 'commander'
import { CliError } from '../../errors.ts'
import { createAdminClient } from '../../input/admin.ts'
import type { Face } from '../../program.ts'
import { count } from '../../render/count.ts'
import { type AdminCommand, administered, formatTime, plain, readList } from '../admin/options.ts'
import { type PolicyView, parseVersion, pathOf, readPolicy, readVersion, type VersionView } from './api.ts'

const ALL = 100_000

/** `veritee policy get`, `list`, `versions` and `show`. */
export function addViews(policy: Command, face: Face): void {
  addGet(policy, face)
  addList(policy, face)
  addVersions(policy, face)
  addShow(policy, face)
}

function addGet(policy: Command, { io }: Face): void {
  administered(
    policy
      .command('get <id> [version]')
      .description('prints the text of a policy that a service holds: the one in force, or another'),
  )
    .addHelpText('after', '\nExample:\n  $ veritee policy get default > default.rego')
    .action(async (id: string, version: string | undefined, options: AdminCommand) => {
      const number = version === undefined ? undefined : parseVersion(version)
      const client = await createAdminClient(io, options)
      const found = number === undefined ? await readPolicy(client, id) : await readVersion(client, id, number)
      if (found.text === undefined)
        throw new CliError('CLI_SERVICE_REFUSED', `no version of ${id} is in force`, {
          details: { path: 'id', actual: id, serviceNext: `see veritee policy versions ${id}, and name one` },
        })
      io.out(options.json ? `${JSON.stringify(found)}\n` : found.text)
    })
}

function addList(policy: Command, { io }: Face): void {
  administered(policy.command('list').description('lists the policies that a service holds'))
    .option('--kind <kind>', 'attestation or resource')
    .addHelpText('after', '\nExample:\n  $ veritee policy list')
    .action(async (options: AdminCommand & { kind?: string }) => {
      const client = await createAdminClient(io, options)
      const policies = await readList<PolicyView>(client, '/api/v1/policies', { kind: options.kind }, ALL)
      if (options.json) return io.out(`${JSON.stringify({ policies })}\n`)
      for (const one of policies) io.out(`${describePolicy(one)}\n`)
      if (policies.length === 0) io.out('this service holds no policies: its expectations decide\n')
    })
}

function describePolicy({ id, kind, scopes, activeVersion, latestVersion }: PolicyView): string {
  const force = activeVersion === undefined ? 'not in force' : `version ${activeVersion} in force`
  const newer = latestVersion === activeVersion ? '' : `, newest ${latestVersion}`
  return `${plain(id)}  ${kind}${kind === 'resource' ? ` ${plain(scopes.join(' '))}` : ''}  ${force}${newer}`
}

function addVersions(policy: Command, { io }: Face): void {
  administered(policy.command('versions <id>').description('lists the versions of a policy, newest first'))
    .addHelpText('after', '\nExample:\n  $ veritee policy versions default')
    .action(async (id: string, options: AdminCommand) => {
      const client = await createAdminClient(io, options)
      const versions = await readList<VersionView>(client, `${pathOf(id)}/versions`, {}, ALL)
      if (options.json) return io.out(`${JSON.stringify({ versions })}\n`)
      for (const one of versions) io.out(`${describeVersion(one)}\n`)
    })
}

function describeVersion({ version, at, by, reason, restores, active }: VersionView): string {
  const marks = [active ? '(in force)' : '', restores === undefined ? '' : `(text of ${restores})`].filter(Boolean)
  return [version, ` ${formatTime(at)}`, ` ${plain(by)}: ${plain(reason)}`, ...marks].join(' ')
}

function addShow(policy: Command, { io }: Face): void {
  administered(policy.command('show <id>').description('says what a policy is: kind, paths, version, digest, file'))
    .addHelpText('after', '\nExample:\n  $ veritee policy show default')
    .action(async (id: string, options: AdminCommand) => {
      const { text, ...head } = await readPolicy(await createAdminClient(io, options), id)
      if (options.json) return io.out(`${JSON.stringify(head)}\n`)
      io.out(`${describePolicy(head)}\n`)
      if (head.hash !== undefined) io.out(`sha384  ${plain(head.hash)}\n`)
      if (head.file !== undefined) io.out(`file    ${plain(head.file)}\n`)
      if (text !== undefined)
        io.out(
          `text    ${count(text.replace(/\n$/, '').split('\n').length, 'line')}; see veritee policy get ${plain(id)}\n`,
        )
    })
}
