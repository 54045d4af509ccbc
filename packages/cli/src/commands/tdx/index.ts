import type { Command } from 'commander'
import type { Face } from '../../program.ts'
import { addKey } from './key.ts'
import { addPlan } from './plan.ts'
import { addPolicy } from './policy.ts'
import { addQuote } from './quote.ts'
import { addRelyingParty } from './relying-party.ts'
import { addReport } from './report.ts'
import { addVerify } from './verify.ts'

/** `veritee tdx`: from a fresh TDX guest to a signed appraisal. */
export function addTdx(program: Command, face: Face): void {
  const tdx = program
    .command('tdx')
    .description('reports, quotes and signed appraisals of TDX guests, with Intel’s policies and results')
    .addHelpText(
      'after',
      '\nHexadecimal in policies and results is written last byte first (intel); other tools print first byte first (memory).',
    )
  addPlan(tdx, face)
  addReport(tdx, face)
  addQuote(tdx, face)
  addKey(tdx, face)
  addPolicy(tdx, face)
  addVerify(tdx, face)
  addRelyingParty(tdx, face)
}
