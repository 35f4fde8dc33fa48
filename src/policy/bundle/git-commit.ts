/**
 * The commit that a folder's repository is at, read from the repository's files: there need not be a git where the
 * policies are.
 *
 * Layout: https://git-scm.com/docs/gitrepository-layout
 * @module
 */
import { readFile, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

const objectName = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/
// A symbolic ref may point to another one; a loop of them is not worth following.
const MAX_SYMBOLIC_REFS = 5

/** The commit of HEAD; undefined where the folder is in no repository, or nothing is committed yet. Never throws. */
export async function gitCommit(folder: string): Promise<string | undefined> {
  const gitDirectory = await findGitDirectory(resolve(folder))
  if (gitDirectory === undefined) return undefined
  // A worktree has its own HEAD, and shares the branches of the repository it belongs to.
  const common = await textOf(resolve(gitDirectory, 'commondir'))
  const shared = common === undefined ? gitDirectory : resolve(gitDirectory, common)
  let content = await textOf(resolve(gitDirectory, 'HEAD'))
  for (let i = 0; content !== undefined && i < MAX_SYMBOLIC_REFS; i++) {
    if (objectName.test(content)) return content
    if (!content.startsWith('ref: ')) return undefined
    const ref = content.slice('ref: '.length).trim()
    content =
      (await textOf(resolve(gitDirectory, ref))) ??
      (await textOf(resolve(shared, ref))) ??
      packedRef(await textOf(resolve(shared, 'packed-refs')), ref)
  }
  return undefined
}

async function findGitDirectory(folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    const path = resolve(at, '.git')
    const found = await stat(path).catch(() => undefined)
    if (found?.isDirectory()) return path
    if (found?.isFile()) {
      const [, target] = /^gitdir: (.+)$/m.exec((await textOf(path)) ?? '') ?? []
      return target === undefined ? undefined : resolve(at, target)
    }
    if (dirname(at) === at) return undefined
  }
}

function packedRef(packed: string | undefined, ref: string): string | undefined {
  for (const line of packed?.split('\n') ?? []) {
    const [name, of] = line.split(' ')
    if (of?.trim() === ref) return name
  }
  return undefined
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch {
    return undefined
  }
}
