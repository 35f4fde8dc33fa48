import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { goEnvironment, pinnedVersions } from '../../src/policy/toolchain/build/build.mjs'

type Files = Readonly<Record<string, string>>

/** OPA's own command, unchanged, built from the version that the toolchain pins. */
export interface NativeOpa {
  /** `policy.wasm` of `opa build -t wasm`, run in a folder with these files. */
  buildWasm(files: Files, args: readonly string[]): Buffer
  /** What `opa <args>` says, run in a folder with these files; complaints are on its standard error. */
  run(files: Files, args: readonly string[]): string
  remove(): void
}

export function buildNativeOpa(): NativeOpa {
  const home = mkdtempSync(join(tmpdir(), 'native-opa-'))
  const install = `github.com/open-policy-agent/opa@v${pinnedVersions().opa}`
  execFileSync('go', ['install', '-tags', 'opa_no_oci', install], {
    env: { ...goEnvironment(), GOBIN: home },
    stdio: ['ignore', 'ignore', 'inherit'],
  })

  const inFolder = <T>(files: Files, work: (folder: string) => T): T => {
    const folder = mkdtempSync(join(home, 'files-'))
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(folder, dirname(name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
    return work(folder)
  }
  const opa = (cwd: string, args: readonly string[]): string => {
    const { stdout, stderr } = spawnSync(join(home, 'opa'), args, { cwd, encoding: 'utf8' })
    return stdout || stderr
  }

  return {
    buildWasm: (files, args) =>
      inFolder(files, (folder) => {
        const bundle = join(home, 'bundle.tar.gz')
        opa(folder, ['build', '-t', 'wasm', '-o', bundle, ...args, '.'])
        const wasm = fileOfTar(gunzipSync(readFileSync(bundle)), '/policy.wasm')
        rmSync(bundle)
        return wasm
      }),
    run: (files, args) => inFolder(files, (folder) => opa(folder, args)),
    remove: () => rmSync(home, { recursive: true, force: true }),
  }
}

const BLOCK = 512

function fileOfTar(tar: Buffer, wanted: string): Buffer {
  const textAt = (at: number, length: number) =>
    tar.toString('latin1', at, at + length).replace(/\0[\s\S]*$/, '')
  for (let at = 0; at + BLOCK <= tar.length; ) {
    const size = Number.parseInt(textAt(at + 124, 12), 8) || 0
    if (textAt(at, 100) === wanted) return tar.subarray(at + BLOCK, at + BLOCK + size)
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
  throw new Error(`no ${wanted} in the bundle`)
}
