import {
  createTpmWorld,
  encodeBankedEvidence,
  encodeSingleEvidence,
  loadTpmWorld,
  saveTpmWorld,
  TPM_BREAKAGES,
  type TpmWorld,
} from '@veritee/simulator/tpm'
import { jsonOf, type SimulatedKind } from './kind.ts'

export const TPM: SimulatedKind = kindOf('tpm', 'rsa', 'a simulated TPM with a certified attestation key')
export const HYGON_TPM: SimulatedKind = kindOf('hygontpm', 'sm2', 'a simulated TPM of Hygon, whose key is SM2')

function kindOf(name: string, attestation: 'rsa' | 'sm2', title: string): SimulatedKind {
  return {
    name,
    title: `${title}, and quotes of it`,
    root: 'manufacturer.pem',
    question: 'nonce, up to 64 bytes',
    registers: { commandLine: 'what the kernel was started with: it is in the event log and in PCR 8' },
    breakages: TPM_BREAKAGES.map(({ code }) => code),
    async make(folder, { exists, now, values, reportData, breakage }) {
      const world = exists ? await loadTpmWorld(folder, now) : createTpmWorld({ now, attestation })
      if (!exists) await saveTpmWorld(world, folder)
      if (breakage !== undefined) {
        return {
          files: { 'evidence.json': jsonOf(breakEvidence(world, breakage)) },
          evidence: 'evidence.json',
          collateral: [],
        }
      }
      const asked = reportData === undefined ? {} : { nonce: reportData }
      const evidence = world.issueEvidence({ shape: 'banked', ...values, ...asked })
      return {
        files: { 'evidence.json': jsonOf(evidence), 'event-log.bin': world.eventLog(values['commandLine']) },
        evidence: 'evidence.json',
        collateral: [],
      }
    },
  }
}

function breakEvidence(world: TpmWorld, code: string): unknown {
  const made = TPM_BREAKAGES.find((entry) => entry.code === code)!.apply(world)
  if (made.evidence !== undefined) return made.evidence
  if (world.attestation.kind !== 'sm2') return encodeSingleEvidence(made)
  return encodeBankedEvidence({ ...made, attestationPoint: made.attestationKey.slice(-64) })
}
