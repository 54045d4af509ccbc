import { writeFile } from 'node:fs/promises'
import { encodeIntelPublicKey, nameIntelKey } from '@veritee/appraisal/intel'
import type { Command } from 'commander'
import { CliError } from '../../errors.ts'
import type { Face } from '../../program.ts'
import { createKeyFile, readSigner } from '../../tdx/key-file.ts'

/** `veritee tdx key`: a key pair for policies or results. */
export function addKey(tdx: Command, { io }: Face): void {
  tdx
    .command('key <file>')
    .description('makes a private key on P-384 (mode 0600) to sign policies or results with')
    .option('--public-key-out <file>', 'write the public key, PEM, for relying parties')
    .addHelpText('after', '\nExample:\n  $ veritee tdx key result.pem --public-key-out result.pub.pem')
    .action(async (file: string, options: { publicKeyOut?: string }) => {
      if (!(await createKeyFile(file))) {
        throw new CliError('CLI_FILE_EXISTS', `${file} exists already and stays as it is.`, { details: { path: file } })
      }
      const { publicJwk } = await readSigner(io, file)
      if (options.publicKeyOut !== undefined) await writeFile(options.publicKeyOut, encodeIntelPublicKey(publicJwk))
      io.out(`made ${nameIntelKey(publicJwk)} in ${file}\n`)
    })
}
