import type { Finding } from '../../result/index.ts'
import type { TcbShortfall } from '../tcb/index.ts'

/** One finding for each component that keeps a platform from a level: which, what it has, what it needs, who mends it. */
export function describeTcbShortfall(tee: string, shortfall: readonly TcbShortfall[]): Finding[] {
  return shortfall.map(({ component, category, type, have, need, next, side }) => {
    const what = [category, type].filter((part) => part !== undefined && part !== '').join(', ')
    return {
      code: 'DCAP_TCB_COMPONENT_OUTDATED',
      severity: 'error',
      path: `${tee}.tcb.${side}.${component}`,
      expected: need,
      actual: have,
      message: `Component ${component}${what === '' ? '' : ` (${what})`} is at ${have} and needs ${need}.`,
      next,
    }
  })
}
