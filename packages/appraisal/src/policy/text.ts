/** What can be told of a policy text without evaluating it. */

/** The text without comments and without what stands in strings that are not keys; lines stay lines. */
function stripComments(text: string): string {
  return text.replace(/"(?:[^"\\\n]|\\.)*"|`[^`]*`|#[^\n]*/g, (part) => (part.startsWith('#') ? '' : part))
}

/** Tells whether a policy goes through the reference values itself, as `data.reference`. */
export function mentionsReferenceData(text: string): boolean {
  return /\bdata\s*(?:\.\s*reference\b|\[\s*["`]reference["`]\s*\])/.test(stripComments(text))
}

/** How `data["resource-path"]` is given to a resource policy. */
export type ResourceShape =
  /** One text with the plugin in front, such as `resource/default/key/disk`. */
  | 'text'
  /** A list of the segments behind the plugin, beside `data.plugin` and `data.query`. */
  | 'segments'

/**
 * The shape that a resource policy was written for. A policy that reads `data.plugin` or `data.query`, or that takes the path
 * for a list, was written for `segments`.
 */
export function detectResourceShape(text: string): ResourceShape {
  const code = stripComments(text)
  const segments =
    /\bdata\s*(?:\.\s*(?:plugin|query)\b|\[\s*["`](?:plugin|query)["`]\s*\])/.test(code) ||
    /["`]resource-path["`]\s*\]\s*(?:\[|==\s*\[)/.test(code) ||
    /\bconcat\s*\(\s*["`][^"`]*["`]\s*,\s*data\s*\[\s*["`]resource-path/.test(code)
  return segments ? 'segments' : 'text'
}
