// Builds ../opa.wasm.br and ../opa.json from the Go sources beside this file. Needs Go (any from 1.21 on:
// go.mod names the exact toolchain, which Go fetches) and Node, nothing else.
//
//   node build.mjs               build, compress, write both files
//   node build.mjs --raw <file>  build and write the uncompressed module only (seconds instead of minutes)
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'
import { patchOpa } from './patch.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const opaModule = 'github.com/open-policy-agent/opa'
export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex')

/** Versions as go.mod pins them. */
export function pinnedVersions() {
  const text = readFileSync(join(here, 'go.mod'), 'utf8')
  return {
    opa: text.match(new RegExp(`${opaModule} v(\\S+)`))[1],
    go: text.match(/^toolchain (\S+)/m)[1],
  }
}

/** The environment in which Go gives the same bytes anywhere. `cache` is a build cache of one's own. */
export function goEnvironment(cache) {
  return {
    ...process.env,
    GOTOOLCHAIN: pinnedVersions().go,
    GOFLAGS: '-buildvcs=false -trimpath',
    CGO_ENABLED: '0',
    GOWORK: 'off',
    GOEXPERIMENT: '',
    GOWASM: '',
    ...(cache ? { GOCACHE: cache } : {}),
  }
}

/**
 * Vendors, patches and compiles in a temporary folder.
 * @param {{ clean?: boolean, keep?: (folder: string) => void }} options `clean`: with an empty build cache
 * @returns {Buffer} the raw WASM module
 */
export function buildWasm({ clean = false, keep } = {}) {
  const work = mkdtempSync(join(tmpdir(), 'opa-toolchain-'))
  try {
    cpSync(here, work, { recursive: true })
    const env = goEnvironment(clean ? join(work, '.cache') : undefined)
    const go = (args, more) =>
      execFileSync('go', args, {
        cwd: work,
        env: { ...env, ...more },
        stdio: ['ignore', 'ignore', 'inherit'],
      })
    go(['mod', 'vendor'])
    patchOpa(join(work, 'vendor', opaModule), join(work, '_overlay'))
    go(['build', '-mod=vendor', '-buildmode=c-shared', '-ldflags=-s -w -buildid=', '-o', 'opa.wasm', '.'], {
      GOOS: 'wasip1',
      GOARCH: 'wasm',
    })
    keep?.(work)
    return readFileSync(join(work, 'opa.wasm'))
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function compress(wasm) {
  return brotliCompressSync(wasm, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: wasm.length,
    },
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const wasm = buildWasm()
  const raw = process.argv.indexOf('--raw')
  if (raw > 0) {
    writeFileSync(resolve(process.argv[raw + 1]), wasm)
    console.log(`${sha256(wasm)}  ${wasm.length} bytes`)
  } else {
    const packed = compress(wasm)
    const about = {
      ...pinnedVersions(),
      raw: { bytes: wasm.length, sha256: sha256(wasm) },
      compressed: { bytes: packed.length, sha256: sha256(packed) },
    }
    writeFileSync(join(here, '../opa.wasm.br'), packed)
    writeFileSync(join(here, '../opa.json'), `${JSON.stringify(about, null, 2)}\n`)
    console.log(JSON.stringify(about, null, 2))
  }
}
