import type { TextView } from '../text-view.js'
import type { Detector, DetectorCategory, DetectorDescription } from './detector.js'
import { SECRETS } from './secrets.js'

const GROUPS: Readonly<Record<DetectorCategory, readonly Detector[]>> = {
  pii: [],
  secret: SECRETS,
  sql: [],
  code: [],
  command: [],
}

const GROUP_TITLES: Readonly<Record<DetectorCategory, string>> = {
  pii: 'Personal data',
  secret: 'Secrets',
  sql: 'Dangerous SQL',
  code: 'Dangerous code',
  command: 'Dangerous commands',
}

const CATEGORIES = Object.keys(GROUPS) as DetectorCategory[]

const detectors: ReadonlyMap<string, Detector> = new Map(
  CATEGORIES.flatMap((category) => [groupDetector(category), ...GROUPS[category]]).map((d) => [d.name, d]),
)

/** The names of all detectors, each group's own name before its members. */
export function detectorNames(): string[] {
  return [...detectors.keys()]
}

/** The detector of that name, or of that group (`pii` finds what any `pii.*` finds). */
export function detector(name: string): Detector | undefined {
  return detectors.get(name)
}

/** What there is to say about every detector, for documentation. */
export function describeDetectors(): DetectorDescription[] {
  return [...detectors.values()].map(({ name, title, description, category }) => ({
    name,
    title,
    description,
    category,
  }))
}

function groupDetector(category: DetectorCategory): Detector {
  const members = GROUPS[category]
  return {
    name: category,
    title: GROUP_TITLES[category],
    description: `Whatever a detector of the group finds: ${members.map(({ name }) => name).join(', ')}.`,
    category,
    test(view: TextView) {
      for (const member of members) if (member.test(view)) return true
      return false
    },
  }
}
