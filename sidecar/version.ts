import { readFileSync } from 'node:fs'

// From dist/sidecar, in a clone as in the published package.
const description = new URL('../../package.json', import.meta.url)

/** Version of this package. */
export const packageVersion = (JSON.parse(readFileSync(description, 'utf8')) as { version: string }).version
