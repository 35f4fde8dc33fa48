import { readFileSync } from 'node:fs'

// From dist/src/policy/bundle, in a clone as in the published package.
const DESCRIPTION = new URL('../../../../package.json', import.meta.url)

/** Version of this package. */
export const packageVersion: string = (JSON.parse(readFileSync(DESCRIPTION, 'utf8')) as { version: string })
  .version
