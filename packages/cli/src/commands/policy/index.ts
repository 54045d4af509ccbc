import type { Command } from 'commander'
import type { Face } from '../../program.ts'
import { addChanges } from './change.ts'
import { addDryRun } from './dry-run.ts'
import { addLocal } from './local.ts'
import { addViews } from './view.ts'

/** `veritee policy`: files here on this machine, and policies that a service holds. */
export function addPolicy(program: Command, face: Face): void {
  const policy = program
    .command('policy')
    .description('policies in Rego: files on this machine (check, eval, test, fmt), and those of a service')
  addLocal(policy, face)
  addChanges(policy, face)
  addViews(policy, face)
  addDryRun(policy, face)
}
