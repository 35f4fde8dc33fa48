import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { gitCommit } from '#src/policy/bundle/git-commit.js'
import { ModuleCache } from '#src/policy/bundle/module-cache.js'
import { ReadingCache } from '#src/policy/bundle/reading-cache.js'
import { SourceFolder } from '#src/policy/bundle/source-folder.js'
import { emptyReading } from '#src/policy/language/file-reading.js'
import { sourceFiles } from '../engine/loaded-policies.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'policies-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}

describe('a policy folder', () => {
  const read = async (source = new SourceFolder(folder)) => {
    const { files, problems } = await source.read()
    expect(problems).toEqual([])
    return Object.fromEntries(files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()]))
  }

  test('is read with all folders in it, in path order, without other and hidden files', async () => {
    await write({
      'b.yaml': 'b',
      'a/c.rego': 'c',
      'a/b/data.json': 'd',
      'e.yml': 'e',
      'README.md': 'no',
      '.hidden.yaml': 'no',
      '.git/x.yaml': 'no',
    })
    const files = await read()
    expect(Object.entries(files)).toEqual([
      ['a/b/data.json', 'd'],
      ['a/c.rego', 'c'],
      ['b.yaml', 'b'],
      ['e.yml', 'e'],
    ])
  })

  test('that Kubernetes mounted reads each file once, and the new ones after the swap', async () => {
    await write({ '..2024_01/a.yaml': 'one', '..2024_01/b.yaml': 'two' })
    await symlink('..2024_01', join(folder, '..data'))
    for (const name of ['a.yaml', 'b.yaml']) await symlink(`..data/${name}`, join(folder, name))
    const source = new SourceFolder(folder)
    expect(await read(source)).toEqual({ 'a.yaml': 'one', 'b.yaml': 'two' })
    await write({ '..2024_02/a.yaml': 'three', '..2024_02/b.yaml': 'two' })
    await symlink('..2024_02', join(folder, '..tmp'))
    await rename(join(folder, '..tmp'), join(folder, '..data'))
    expect(await read(source)).toEqual({ 'a.yaml': 'three', 'b.yaml': 'two' })
  })

  test('follows links to folders and files, each once, and out of circles', async () => {
    await write({ 'real/a.yaml': 'a' })
    await symlink('real', join(folder, 'zlink'))
    await symlink('a.yaml', join(folder, 'real/b.yaml'))
    await symlink('..', join(folder, 'real/up'))
    expect(await read()).toEqual({ 'real/a.yaml': 'a' })
  })

  test('shows changes of the same size made one right after the other', async () => {
    const source = new SourceFolder(folder)
    for (let i = 0; i < 20; i++) {
      await write({ 'a.yaml': `version ${i + 10}` })
      expect(await read(source)).toEqual({ 'a.yaml': `version ${i + 10}` })
    }
  })

  test('that is not there, has a link into nothing or a file too large is a problem that says which', async () => {
    const missing = await new SourceFolder(join(folder, 'none')).read()
    expect(missing.problems).toMatchObject([{ file: '', severity: 'error' }])
    await symlink('gone.yaml', join(folder, 'dangling.yaml'))
    expect((await new SourceFolder(folder).read()).problems).toMatchObject([{ file: 'dangling.yaml' }])
    await rm(join(folder, 'dangling.yaml'))
    await write({ 'large.yaml': 'x'.repeat(1024 * 1024 + 1) })
    const { problems } = await new SourceFolder(folder).read()
    expect(problems).toMatchObject([
      { file: 'large.yaml', message: expect.stringContaining('1048577 bytes') },
    ])
  })
})

describe('the commit of a policy folder', () => {
  const first = '1'.repeat(40)
  const second = '2'.repeat(40)
  const policies = () => join(folder, 'repo/policies')

  beforeEach(() =>
    write({
      'repo/policies/a.yaml': '',
      'repo/.git/HEAD': 'ref: refs/heads/main\n',
      'repo/.git/refs/heads/main': `${first}\n`,
      'repo/.git/packed-refs': `# pack-refs with: peeled\n${second} refs/heads/packed\n^${first}\n`,
    }),
  )

  test('is that of the branch that is checked out', async () => {
    expect(await gitCommit(policies())).toBe(first)
  })

  test('is found among packed refs', async () => {
    await write({ 'repo/.git/HEAD': 'ref: refs/heads/packed\n' })
    expect(await gitCommit(policies())).toBe(second)
  })

  test('is HEAD itself where it is detached', async () => {
    await write({ 'repo/.git/HEAD': `${second}\n` })
    expect(await gitCommit(policies())).toBe(second)
  })

  test("is the worktree's own in a worktree, which shares the branches", async () => {
    await write({
      'tree/.git': `gitdir: ${join(folder, 'repo/.git/worktrees/tree')}\n`,
      'tree/a.yaml': '',
      'repo/.git/worktrees/tree/HEAD': 'ref: refs/heads/packed\n',
      'repo/.git/worktrees/tree/commondir': '../..\n',
    })
    expect(await gitCommit(join(folder, 'tree'))).toBe(second)
  })

  test('is unknown before the first commit, where refs go in circles, and outside of a repository', async () => {
    await write({ 'repo/.git/HEAD': 'ref: refs/heads/none\n' })
    expect(await gitCommit(policies())).toBeUndefined()
    await write({ 'repo/.git/HEAD': 'ref: refs/a\n', 'repo/.git/refs/a': 'ref: refs/a\n' })
    expect(await gitCommit(policies())).toBeUndefined()
    expect(await gitCommit(join(folder, 'tree'))).toBeUndefined()
  })
})

describe('kept modules', () => {
  const wasm = new Uint8Array([0, 97, 115, 109, 1])

  test('come back as they were', async () => {
    const cache = new ModuleCache(join(folder, 'deep/cache'))
    expect(await cache.get('abc')).toBeUndefined()
    await cache.put('abc', wasm)
    expect(await new ModuleCache(join(folder, 'deep/cache')).get('abc')).toEqual(wasm)
    expect(await readdir(join(folder, 'deep/cache'))).toHaveLength(1)
  })

  test('that were damaged or cut off are not there', async () => {
    const cache = new ModuleCache(folder)
    await cache.put('abc', wasm)
    const path = join(folder, (await readdir(folder))[0]!)
    const whole = await readFile(path)
    for (const bytes of [
      whole.subarray(0, -1),
      whole.subarray(0, 10),
      Buffer.alloc(0),
      Buffer.from(whole).fill(9, 33),
    ]) {
      await writeFile(path, bytes)
      expect(await cache.get('abc')).toBeUndefined()
    }
  })

  test('are not kept where nothing can be written, without a word', async () => {
    await write({ file: '' })
    const cache = new ModuleCache(join(folder, 'file/cache'))
    await cache.put('abc', wasm)
    expect(await cache.get('abc')).toBeUndefined()
    await cache.prune()
    expect(await new ModuleCache(undefined).get('abc')).toBeUndefined()
  })

  test('go oldest first when there are very many', async () => {
    const cache = new ModuleCache(folder)
    for (let i = 0; i < 1_030; i++) await writeFile(join(folder, `old${i}.policy.wasm`), '')
    await new Promise((resolve) => setTimeout(resolve, 20))
    await cache.put('new', wasm)
    await cache.prune()
    expect((await readdir(folder)).length).toBe(512)
    expect(await cache.get('new')).toEqual(wasm)
  })
})

describe('kept readings', () => {
  const files = sourceFiles({ 'a.yaml': 'one', 'b.rego': 'two' })
  const readings = (version = '1') => {
    const asked: string[] = []
    const cache = new ReadingCache(join(folder, 'cache'), async () => version)
    return {
      asked,
      of: async (which = files) => {
        const readings = await cache.readings(which, async (unknown) => {
          asked.push(...unknown.map(({ path }) => path))
          return unknown.map(({ path }) => emptyReading(path))
        })
        await cache.kept()
        return readings
      },
    }
  }

  test('spare reading files that did not change, in one process and in the next', async () => {
    const first = readings()
    expect((await first.of()).map(({ file }) => file)).toEqual(['a.yaml', 'b.rego'])
    await first.of()
    await first.of(sourceFiles({ 'a.yaml': 'one', 'b.rego': 'changed' }))
    expect(first.asked).toEqual(['a.yaml', 'b.rego', 'b.rego'])
    const next = readings()
    expect((await next.of()).map(({ file }) => file)).toEqual(['a.yaml', 'b.rego'])
    expect(next.asked).toEqual([])
  })

  test('of other code are not used, nor those of a file that moved', async () => {
    await readings().of()
    const other = readings('2')
    await other.of()
    expect(other.asked).toEqual(['a.yaml', 'b.rego'])
    const moved = readings()
    await moved.of(sourceFiles({ 'c.yaml': 'one', 'b.rego': 'two' }))
    expect(moved.asked).toEqual(['c.yaml'])
  })

  test('that were damaged are read again', async () => {
    await readings().of()
    const path = join(folder, 'cache', (await readdir(join(folder, 'cache')))[0]!)
    await writeFile(path, (await readFile(path, 'utf8')).replace('a.yaml', 'x.yaml'))
    const next = readings()
    expect((await next.of()).map(({ file }) => file)).toEqual(['a.yaml', 'b.rego'])
    expect(next.asked).toEqual(['a.yaml'])
  })

  test('are not kept where nothing can be written, without a word', async () => {
    await write({ cache: 'a file' })
    const cache = readings()
    await cache.of()
    expect(cache.asked).toEqual(['a.yaml', 'b.rego'])
  })
})

test('permissions that forbid reading are a problem, not a crash', async () => {
  await write({ 'secret.yaml': '' })
  await chmod(join(folder, 'secret.yaml'), 0o000)
  const { files, problems } = await new SourceFolder(folder).read()
  // Root may read it all the same.
  expect(files.length + problems.length).toBe(1)
})
