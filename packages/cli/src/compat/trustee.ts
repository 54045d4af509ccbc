/** The command of the reference value service that guides register measurements with. */
import { type CompatFile, type CompatSettings, createProgramFile, quoteWord } from './file.ts'

export function listTrusteeFiles(settings: CompatSettings): readonly CompatFile[] {
  const veritee = settings.command.map(quoteWord).join(' ')
  return [createProgramFile('rvps-tool', [`exec ${veritee} refs tool "$@"`])]
}
