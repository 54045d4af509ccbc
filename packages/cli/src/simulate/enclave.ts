import { createEnclaveWorld, ENCLAVE_BREAKAGES, loadEnclaveWorld, saveEnclaveWorld } from '@veritee/simulator/enclave'
import { jsonOf, type SimulatedKind } from './kind.ts'

export const ENCLAVE: SimulatedKind = {
  name: 'enclave',
  title: 'a simulated enclave virtual machine and a document of it',
  root: 'root.pem',
  question: 'nonce, up to 512 bytes',
  registers: {
    pcr0: 'measurement of the image, 48 bytes',
    pcr1: 'measurement of kernel and boot ramdisk, 48 bytes',
    pcr2: 'measurement of the application, 48 bytes',
    userData: 'user data, up to 512 bytes',
    publicKey: 'key of the enclave, up to 1024 bytes',
  },
  breakages: ENCLAVE_BREAKAGES.map(({ code }) => code),
  async make(folder, { exists, now, values, reportData, breakage }) {
    const world = exists ? await loadEnclaveWorld(folder, now) : createEnclaveWorld({ now })
    if (!exists) await saveEnclaveWorld(world, folder)
    const asked = reportData === undefined ? {} : { nonce: reportData }
    const { document, evidence } =
      breakage === undefined
        ? { document: world.issueDocument({ ...values, ...asked }), evidence: undefined }
        : ENCLAVE_BREAKAGES.find(({ code }) => code === breakage)!.apply(world)
    const name = evidence === undefined ? 'document.cbor' : 'evidence.json'
    return { files: { [name]: evidence === undefined ? document : jsonOf(evidence) }, evidence: name, collateral: [] }
  },
}
