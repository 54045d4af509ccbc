/** The files for packagers: units that systemd accepts and that are closed, programs that the image installs. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { root, veritee } from '../testkit/command.ts'

const folder = join(root, 'packaging')
const units = readdirSync(folder).filter((name) => name.endsWith('.service'))
const haveSystemd = spawnSync('systemd-analyze', ['--version']).status === 0

/** Units with a program in place of the one that a package installs. */
function copyUnits(): string {
  const copy = mkdtempSync(join(tmpdir(), 'veritee-units-'))
  onTestFinished(() => rmSync(copy, { recursive: true, force: true }))
  for (const name of units) {
    const text = readFileSync(join(folder, name), 'utf8')
    writeFileSync(join(copy, name), text.replaceAll('/usr/bin/veritee', '/bin/true'))
  }
  return copy
}

describe.skipIf(!haveSystemd)(`units${haveSystemd ? '' : ' (skipped: systemd-analyze is not installed)'}`, () => {
  it.each(units)('%s is accepted without a word', (name) => {
    const copy = copyUnits()
    // Other units of the machine are none of ours.
    const { stderr, status } = spawnSync('systemd-analyze', ['verify', join(copy, name)], { encoding: 'utf8' })
    expect(stderr.split('\n').filter((line) => line.includes(copy))).toEqual([])
    expect(status).toBe(0)
  })

  it.each(units)('%s exposes little', (name) => {
    const rated = execFileSync(
      'systemd-analyze',
      ['security', '--offline=true', '--threshold=20', join(copyUnits(), name)],
      { encoding: 'utf8' },
    )
    expect(rated).toMatch(/Overall exposure level .*: [01]\.\d OK/)
  })
})

it('what the units and the image start is understood', async () => {
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
  const options = new Set(texts.flatMap((text) => text.match(/(?<=veritee serve .*)--[a-z-]+/g) ?? []))
  const { out } = await veritee(['serve', '--help'])
  expect(options.size).toBeGreaterThan(1)
  for (const option of options) expect(out).toContain(option)
  expect(out).toContain('veritee serve --trustee-config /etc/trustee')
})
