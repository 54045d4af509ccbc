import { encodeIntelPublicKey, nameIntelKey } from '@veritee/appraisal/intel'
import type { Command } from 'commander'
import { writeOutput } from '../../output/file.ts'
import type { Face } from '../../program.ts'
import { createKeyFile, readSigner } from '../../tdx/key-file.ts'

/** `veritee tdx key`: a key pair for policies or results. */
export function addKey(tdx: Command, { io }: Face): void {
  tdx
    .command('key <file>')
    .description('makes a private key on P-384 (mode 0600) to sign policies or results with')
    .option('--public-key-out <file>', 'write the public key, PEM, for relying parties')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ veritee tdx key result.pem --public-key-out result.pub.pem')
    .action(async (file: string, options: { publicKeyOut?: string; json?: boolean }) => {
      await createKeyFile(file)
      const { publicJwk } = await readSigner(io, file)
      if (options.publicKeyOut !== undefined) writeOutput(options.publicKeyOut, encodeIntelPublicKey(publicJwk))
      const key = nameIntelKey(publicJwk)
      io.out(options.json ? `${JSON.stringify({ file, key })}\n` : `made ${key} in ${file}\n`)
    })
}
