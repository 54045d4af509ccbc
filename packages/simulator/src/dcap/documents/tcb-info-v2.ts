import type { TcbInfoJson } from './tcb-info.ts'

/** TCB info for SGX as the version 3 API serves it: version 2, each component a member of its own. */
export function downgradeTcbInfo(info: TcbInfoJson): object {
  const { id: _id, tcbLevels, ...rest } = info
  return {
    ...rest,
    version: 2,
    tcbLevels: tcbLevels.map(({ tcb, ...standing }) => ({ tcb: flatten(tcb), ...standing })),
  }
}

function flatten({ sgxtcbcomponents, pcesvn }: TcbInfoJson['tcbLevels'][number]['tcb']): Record<string, number> {
  const members = sgxtcbcomponents.map(
    ({ svn }, i) => [`sgxtcbcomp${String(i + 1).padStart(2, '0')}svn`, svn] as [string, number],
  )
  return { ...Object.fromEntries(members), pcesvn }
}
