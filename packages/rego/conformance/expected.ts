import type { RegoVersion } from '../src/syntax/index.ts'

/** Version 0 of the corpus is of an older release, which wrote tokens with spaces after colons and commas. */
const OLDER_TEXT = 'the token is signed over JSON without spaces, as the version 1 cases expect'
const OLDER_WORDS = 'the error has the words that the version 1 cases expect'

/** Cases that do not come out as expected although nothing they need is left out, and why. */
export const EXPECTED_DIFFERENCES: Readonly<Record<RegoVersion, Readonly<Record<string, string>>>> = {
  v1: {},
  v0: {
    'jwtencodesign/https://tools.ietf.org/html/rfc7515#appendix-A.1': OLDER_TEXT,
    'jwtencodesign/Empty JSON payload': OLDER_TEXT,
    'jwtencodesign/https://tools.ietf.org/html/rfc7515#appendix-A.2': OLDER_TEXT,
    'jwtencodesignheadererrors/Unknown signature algorithm': OLDER_WORDS,
    'jwtencodesignheadererrors/unknown signature algorithm': OLDER_WORDS,
    'jwtencodesignheadererrors/Empty JSON header Error': OLDER_WORDS,
    'jwtencodesignheadererrors/Empty headers input error': OLDER_WORDS,
    'jwtencodesignheadererrors/No JSON Error': OLDER_WORDS,
  },
}
