import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { WriteAheadLog } from './write-ahead-log.ts'

test('SERVICE_STORE_UNAVAILABLE: after one write that the disk did not confirm, none is confirmed', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'veritee-wal-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'store.db')
  const refused = { code: 'SERVICE_STORE_UNAVAILABLE', details: { path: `${path}-wal`, reason: 'ENOENT' } }
  const log = new WriteAheadLog(path)
  await expect(log.flush()).rejects.toMatchObject(refused)
  writeFileSync(`${path}-wal`, '')
  await expect(log.flush()).rejects.toMatchObject(refused)
  await log.close()
  const again = new WriteAheadLog(path)
  await again.flush()
  await again.flush()
  await again.close()
})
