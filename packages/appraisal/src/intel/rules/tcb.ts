/** Checks on TCB status, expiry and level, which platforms and quoting enclaves share. */
import { formatIntelDate, parseIntelDate } from '../date.ts'
import { listStatuses } from '../policy/review.ts'
import { listTexts, NOT_ASKED, type Rule, type RuleOutcome, type RuleSubject, withOriginal } from './rule.ts'

/** Statuses that need no grace: what a platform with one of them lacks is not age. */
const CURRENT_STATUSES = ['uptodate', 'configurationneeded', 'swhardeningneeded']

/** @param prefix put before each name: empty for platforms, `td_qe_` for quoting enclaves */
export function createTcbRules(prefix: string): readonly Rule[] {
  return [
    {
      name: `${prefix}tcb_status_check`,
      meaning: 'Every TCB status of the report is one the policy accepts, and the policy accepts UpToDate.',
      keys: ['accepted_tcb_status'],
      evaluate: appraiseStatus,
    },
    {
      name: `${prefix}expiration_date_check`,
      meaning: 'The collateral has not expired, or not for longer than the grace period.',
      keys: ['collateral_grace_period', 'min_eval_num'],
      evaluate: appraiseExpiry,
    },
    {
      name: `${prefix}earliest_accepted_tcb_level_date_tag_check`,
      meaning: 'An out-of-date TCB level is not older than the platform grace period allows.',
      keys: ['platform_grace_period', 'collateral_grace_period', 'accepted_tcb_status', 'min_eval_num'],
      evaluate: appraiseLevelGrace,
    },
    {
      name: `${prefix}accepted_tcb_level_date_tag_check`,
      meaning: 'The TCB level is not older than the date the policy names.',
      keys: ['min_tcb_level_date'],
      evaluate: appraiseLevelDate,
    },
    {
      name: `${prefix}tcb_eval_num_check`,
      meaning: 'The collateral is of the TCB evaluation the policy names, or of a later one.',
      keys: ['min_eval_num', 'collateral_grace_period', 'platform_grace_period'],
      evaluate: appraiseEvaluationNumber,
    },
  ]
}

function appraiseStatus({ reference, measurement }: RuleSubject): RuleOutcome {
  const accepted = listStatuses(reference['accepted_tcb_status'])
  const launch = measurement['tcb_status']
  const current = measurement['tcb_status_current']
  const isAccepted = (statuses: unknown): boolean =>
    Array.isArray(statuses) &&
    statuses.length > 0 &&
    listStatuses(statuses).every((status) => accepted.includes(status))
  const original = isAccepted(launch) && accepted.includes('uptodate')
  const passed = original && (current === undefined || isAccepted(current))
  const expected = accepted.includes('uptodate')
    ? listTexts(reference['accepted_tcb_status'])
    : 'a policy that accepts UpToDate'
  const actual = current === undefined ? launch : { tcb_status: launch, tcb_status_current: current }
  return withOriginal(
    { passed, expected, actual: actual ?? 'absent' },
    original,
    'The original judges the module that the TD was launched with, and not the one that runs now.',
  )
}

function appraiseExpiry({ reference, measurement, now }: RuleSubject): RuleOutcome {
  const grace = reference['collateral_grace_period']
  const expiresAt = parseIntelDate(measurement['earliest_expiration_date'])
  const seconds = typeof grace === 'number' && grace >= 0 ? grace : grace === undefined ? 0 : Number.NaN
  const isWithin = expiresAt !== undefined && expiresAt + seconds >= now
  if (grace !== undefined && reference['min_eval_num'] !== undefined) {
    return { passed: false, expected: 'collateral_grace_period without min_eval_num', actual: 'both' }
  }
  const expected = `${seconds > 0 ? `${seconds} s before ` : ''}${formatIntelDate(now)} or later`
  const outcome = { passed: isWithin, expected, actual: measurement['earliest_expiration_date'] ?? 'absent' }
  if (grace !== undefined) return outcome
  return withOriginal(outcome, true, 'Without collateral_grace_period the original does not look at expiry.')
}

function appraiseLevelGrace(subject: RuleSubject): RuleOutcome {
  const { reference, measurement, now } = subject
  const grace = reference['platform_grace_period']
  if (grace === undefined) return NOT_ASKED
  const accepted = listStatuses(reference['accepted_tcb_status'])
  if (
    typeof grace !== 'number' ||
    reference['collateral_grace_period'] !== 0 ||
    reference['min_eval_num'] !== undefined ||
    !['uptodate', 'outofdate'].every((status) => accepted.includes(status))
  ) {
    const expected = 'collateral_grace_period 0, no min_eval_num, UpToDate and OutOfDate accepted'
    return { passed: false, expected, actual: 'a policy that breaks these terms' }
  }
  const levelAt = parseIntelDate(measurement['tcb_level_date_tag'])
  const isWithin = levelAt !== undefined && levelAt + grace >= now
  const statuses = listStatuses(measurement['tcb_status'])
  const isFresh = appraiseExpiry(subject).passed
  const areCurrent = (known: readonly string[]): boolean =>
    isFresh && statuses.length > 0 && statuses.every((status) => known.includes(status))
  return withOriginal(
    {
      passed: isWithin || areCurrent(CURRENT_STATUSES),
      expected: `a level of ${formatIntelDate(now - grace)} or later, or a status that needs no grace`,
      actual: {
        tcb_level_date_tag: measurement['tcb_level_date_tag'] ?? 'absent',
        tcb_status: measurement['tcb_status'],
      },
    },
    isWithin || areCurrent([...CURRENT_STATUSES, 'tdrelaunchadvised']),
    'The original takes TDRelaunchAdvised for a status that needs no grace, though the TD was launched out of date.',
  )
}

function appraiseLevelDate({ reference, measurement }: RuleSubject): RuleOutcome {
  const minimum = reference['min_tcb_level_date']
  if (minimum === undefined) return NOT_ASKED
  const minimumAt = parseIntelDate(minimum)
  const levelAt = parseIntelDate(measurement['tcb_level_date_tag'])
  const passed = minimumAt !== undefined && levelAt !== undefined && levelAt >= minimumAt
  const outcome = {
    passed,
    expected: `${String(minimum)} or later`,
    actual: measurement['tcb_level_date_tag'] ?? 'absent',
  }
  return withOriginal(outcome, true, 'The original never looks at min_tcb_level_date.')
}

function appraiseEvaluationNumber({ reference, measurement }: RuleSubject): RuleOutcome {
  const minimum = reference['min_eval_num']
  if (minimum === undefined) return NOT_ASKED
  if (reference['collateral_grace_period'] !== undefined || reference['platform_grace_period'] !== undefined) {
    return { passed: false, expected: 'min_eval_num without a grace period', actual: 'both' }
  }
  const actual = measurement['tcb_eval_num']
  const passed = typeof minimum === 'number' && typeof actual === 'number' && actual >= minimum
  return { passed, expected: `${String(minimum)} or greater`, actual: actual ?? 'absent' }
}
