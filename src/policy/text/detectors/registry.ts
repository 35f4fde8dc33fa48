import type { TextView } from '../text-view.js'
import { ADDRESSES } from './addresses.js'
import { CODE_CLUES } from './code.js'
import { CODES } from './codes/index.js'
import { COMMANDS } from './commands.js'
import { COMMANDS_BY_NAME } from './commands-by-name.js'
import { CREDENTIAL_FILES } from './credential-files.js'
import type { Detector, DetectorCategory, DetectorDescription } from './detector.js'
import { fromClues } from './from-clues.js'
import { INSTALLS } from './installs.js'
import { NUMBERS } from './numbers/index.js'
import { PROMPTS } from './prompts.js'
import { SECRETS } from './secrets.js'
import { SQL } from './sql.js'
import { SQL_BY_NAME } from './sql-by-name.js'
import { WRITTEN_DATA } from './written-data.js'

const ALL: readonly Detector[] = merged([
  ...NUMBERS,
  ...CODES,
  ...fromClues([
    ...ADDRESSES,
    ...WRITTEN_DATA,
    ...SECRETS,
    ...SQL,
    ...SQL_BY_NAME,
    ...CODE_CLUES,
    ...COMMANDS,
    ...CREDENTIAL_FILES,
    ...INSTALLS,
    ...COMMANDS_BY_NAME,
    ...PROMPTS,
  ]),
])

const GROUP_TITLES: Readonly<Record<DetectorCategory, string>> = {
  pii: 'Personal data',
  secret: 'Secrets',
  sql: 'Dangerous SQL',
  code: 'Dangerous code',
  command: 'Dangerous commands',
  prompt: 'Orders to the agent in what it reads',
}

const detectors: ReadonlyMap<string, Detector> = new Map(
  (Object.keys(GROUP_TITLES) as DetectorCategory[])
    .flatMap(withGroup)
    .map((entry): [string, Detector] => [entry.name, entry]),
)

/** The names of all detectors, each group's own name before its members. */
export function detectorNames(): string[] {
  return [...detectors.keys()]
}

/** The detector of that name, or of that group: `pii` finds what any `pii.*` finds, save those asked for by name only. */
export function detector(name: string): Detector | undefined {
  return detectors.get(name)
}

/** What there is to say about every detector, for documentation. */
export function describeDetectors(): DetectorDescription[] {
  return [...detectors.values()].map(({ test, ...description }) => description)
}

/** Detectors of one name, told by different means, are one detector. */
function merged(parts: readonly Detector[]): Detector[] {
  const byName = new Map<string, Detector>()
  for (const part of parts) {
    const known = byName.get(part.name)
    byName.set(part.name, known === undefined ? part : { ...known, test: anyOf([known, part]) })
  }
  return [...byName.values()]
}

function withGroup(category: DetectorCategory): Detector[] {
  const members = ALL.filter((member) => member.category === category)
  const asked = members.filter((member) => member.byNameOnly === undefined)
  const names = asked.map(({ name }) => name).join(', ')
  const group: Detector = {
    name: category,
    title: GROUP_TITLES[category],
    description: `Whatever a detector of the group finds: ${names}.`,
    category,
    test: anyOf(asked),
  }
  return [group, ...members]
}

function anyOf(members: readonly Detector[]): (view: TextView) => boolean {
  return (view) => {
    for (const member of members) if (member.test(view)) return true
    return false
  }
}
