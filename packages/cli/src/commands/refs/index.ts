import type { Command } from 'commander'
import type { Face } from '../../program.ts'
import { addReferenceTool } from '../../refs/tool.ts'
import { addChanges } from './change.ts'
import { addRegister } from './register.ts'
import { addViews } from './view.ts'

/** `veritee refs register | diff | query | list | versions | revoke | reinstate | delete | restore`. */
export function addRefs(program: Command, face: Face): void {
  const refs = program.command('refs').description('reference values: what machines must measure to')
  addRegister(refs, face)
  addViews(refs, face)
  addChanges(refs, face)
  addReferenceTool(refs, face)
}
