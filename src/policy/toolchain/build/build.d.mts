export function sha256(bytes: Uint8Array): string
/** Versions as go.mod pins them: OPA's without the `v`, Go's as `go1.2.3`. */
export function pinnedVersions(): { opa: string; go: string }
/** The environment in which Go gives the same bytes anywhere; `cache` is a build cache of one's own. */
export function goEnvironment(cache?: string): NodeJS.ProcessEnv
/** Builds the raw module; `keep` sees the patched sources before they are removed. */
export function buildWasm(options?: { clean?: boolean; keep?: (folder: string) => void }): Uint8Array
