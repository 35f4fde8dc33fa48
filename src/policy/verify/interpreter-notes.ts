/** Why a test in Rego failed, as OPA's interpreter sees it: the compiled module keeps no trace. @module */
import type { Files, TestResult, Toolchain } from '../toolchain/toolchain.js'
import type { PolicyTestResult } from './run-policy-test.js'

const MOST_LINES = 20

/** What to say beside each result that failed. The outcome stays that of the compiled module. */
export async function interpreterNotes(
  toolchain: Toolchain,
  tested: { readonly files: Files; readonly data: Readonly<Record<string, unknown>> },
  results: readonly PolicyTestResult[],
): Promise<ReadonlyMap<PolicyTestResult, readonly string[]>> {
  const failed = results.filter(({ outcome }) => outcome === 'fail')
  if (failed.length === 0) return new Map()
  // Of several rules of one name only the interpreter's first has that name: they are told apart by their place.
  const names = [...new Set(failed.map(({ name }) => escaped(name.replace(/#\d+$/, ''))))]
  const reply = await toolchain.test({
    ...tested,
    run: `^data\\.(${names.join('|')})(#|$)`,
    explain: 'fails',
  })
  if (!reply.ok) return new Map()
  return new Map(
    failed.map((result) => {
      const same = reply.results.find(({ file, row }) => file === result.file && row === result.line)
      return [result, same ? notesOf(same) : []]
    }),
  )
}

function notesOf({ outcome, trace = '' }: TestResult): string[] {
  if (outcome === 'pass') return ["OPA's interpreter passes it; the gate decides by the compiled policies"]
  if (outcome !== 'fail') return []
  // What is of the runner's own query says nothing of the test.
  const lines = trace.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('query:'))
  const more = lines.length - MOST_LINES
  return more > 0 ? [...lines.slice(0, MOST_LINES), `and ${more} lines more`] : lines
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
