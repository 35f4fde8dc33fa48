/** What each operation of the toolchain takes and answers. The Go side of these shapes is in `build/`. */
import type { Diagnostic, ToolchainReply } from './diagnostics.js'

/** Sources by relative path: `.rego` files, and `data.json`/`data.yaml` files mounted at their directory's path. */
export type Files = Readonly<Record<string, string>>

/**
 * Which built-ins a policy may call: a selection (see `policyCapabilities`), or a whole capabilities document of
 * OPA's. Left out: everything this version of OPA knows.
 */
export type Capabilities = { builtinNames: readonly string[] } | { builtins: readonly unknown[] }

/** How much of the evaluation a trace shows. `fails` and `notes` are what authors want; `full` is long. */
export type Explain = 'notes' | 'fails' | 'full'

export interface ParseRequest {
  files: Files
  /** Put `location: { row, col }` on every node. Makes the answer several times larger. Default false. */
  locations?: boolean
}

export interface CheckRequest {
  files: Files
  /** OPA's strict mode: unused variables and imports, duplicate imports are errors. Default false. */
  strict?: boolean
  capabilities?: Capabilities
}

export interface CompileRequest {
  files: Files
  /**
   * Paths such as `pol/main/decision`. Rules annotated `entrypoint: true` are added to them; OPA 1.22 also adds the
   * siblings of a rule named both ways, so use one way or the other.
   */
  entrypoints: readonly string[]
  capabilities?: Capabilities
  /**
   * Built-ins that the module calls of its host although it could bring its own, for those whose own answer otherwise
   * than OPA's interpreter. Default: none.
   */
  hosted?: readonly string[]
  /** OPA's optimisation level. Default 0. */
  optimize?: 0 | 1 | 2
  /** Leave out what no entry point reaches. Default false. */
  prune?: boolean
  /** Keep `print` calls, as calls of the host's `internal.print`. Default false: they are taken out. */
  print?: boolean
}

export interface CompileAnswer {
  /**
   * The same bytes as `policy.wasm` in the bundle of `opa build -t wasm`, run in the directory of the files, unless
   * built-ins are hosted.
   */
  wasm: Uint8Array<ArrayBuffer>
  /** All entry points, in the order of their numbers in the module. */
  entrypoints: string[]
  /** The merged data files. */
  data: unknown
  /** The bundle's manifest; its `wasm` list carries each entry point's annotations. */
  manifest: unknown
}

export interface TestRequest {
  files: Files
  /** Put over the data files, by top-level key. */
  data?: Readonly<Record<string, unknown>>
  /** Regular expression over `data.<package>.<rule>`: run only these. */
  run?: string
  /** Report covered and uncovered lines. No trace is kept then: OPA does one or the other. */
  coverage?: boolean
  /** Keep a trace of each test that does not pass. */
  explain?: Explain
  /** For each test, in milliseconds. Default 5,000. */
  timeoutMs?: number
  capabilities?: Capabilities
}

export type TestOutcome = 'pass' | 'fail' | 'error' | 'skip'

/** One row of a table test (`test_x[note] if { some note, ... }`). */
export interface TestCase {
  name: string
  pass: boolean
  cases?: TestCase[]
}

export interface TestResult {
  /** Such as `data.pol.a_test`. */
  package: string
  name: string
  file?: string
  row?: number
  col?: number
  outcome: TestOutcome
  /** Why, when the outcome is `error`. */
  errors?: Diagnostic[]
  /** What `print` wrote. */
  output?: string
  trace?: string
  durationNs: number
  cases?: TestCase[]
}

/** Rows are 1-based and inclusive. */
export interface CoveredRange {
  start: { row: number; col?: number }
  end: { row: number; col?: number }
  /** Why a range was not covered, where it would have been but for OPA's rule index or early exit. */
  kinds?: string[]
}

/** `opa test --coverage`'s own report; percentages from 0 to 100. */
export interface Coverage {
  files: Record<
    string,
    {
      covered?: CoveredRange[]
      not_covered?: CoveredRange[]
      covered_lines?: number
      not_covered_lines?: number
      coverage?: number
    }
  >
  covered_lines: number
  not_covered_lines: number
  coverage: number
}

export interface TestAnswer {
  /** In order of file, row and name. */
  results: TestResult[]
  passed: number
  failed: number
  errored: number
  skipped: number
  coverage?: Coverage
}

export interface CompileTestsRequest {
  files: Files
  /** Regular expression over `data.<package>.<rule>`: compile only these. */
  run?: string
  capabilities?: Capabilities
  /** As in `CompileRequest`. */
  hosted?: readonly string[]
}

/** A rule that is a test, as OPA's runner finds and names it. */
export interface TestRule {
  /** Such as `data.pol.a_test`. */
  package: string
  /** The second `test_x` of a package is `test_x#01`. */
  name: string
  /** Its path in the module; left out where the rule's name says that it is to be skipped (`todo_test_`). */
  entrypoint?: string
  /** It answers with an object of cases, and calls `internal.test_case` with the path of each that it comes to. */
  table?: boolean
  file: string
  /** 1-based. */
  row: number
}

export interface CompileTestsAnswer {
  /** In order of file and row. */
  tests: TestRule[]
  /** Left out where there is nothing to run. It keeps `print`, as calls of the host's `internal.print`. */
  wasm?: Uint8Array<ArrayBuffer>
}

export interface EvalRequest {
  files: Files
  /** Such as `data.pol.main.decision` or `x := data.pol.main.allow`. */
  query: string
  input?: unknown
  /** Put over the data files, by top-level key. */
  data?: Readonly<Record<string, unknown>>
  explain?: Explain
  coverage?: boolean
  /** An error inside a built-in ends the evaluation with it, instead of leaving the expression undefined. Default false. */
  strict?: boolean
  capabilities?: Capabilities
  /** In milliseconds. Default: none but the toolchain's own. */
  timeoutMs?: number
}

/** One way of making the query true: a value for each of its expressions, and for each of its variables. */
export interface EvalRow {
  expressions: { value: unknown; text: string; location: { row: number; col: number } | null }[]
  bindings?: Record<string, unknown>
}

export interface TraceEvent {
  op: string
  query: number
  parent: number
  node: string
  file?: string
  row?: number
  col?: number
  message?: string
}

export interface EvalAnswer {
  /** Empty when the query is undefined. */
  result: EvalRow[]
  /** What `print` wrote. */
  printed: string
  trace?: TraceEvent[]
  /** The trace as `opa eval --explain` prints it. */
  traceText?: string
  coverage?: Coverage
}

export interface EvalManyRequest {
  files: Files
  query: string
  inputs: readonly unknown[]
  data?: Readonly<Record<string, unknown>>
  /** As in `EvalRequest`. */
  strict?: boolean
  capabilities?: Capabilities
  /** For all inputs together, in milliseconds. */
  timeoutMs?: number
}

/** The values of the query's expressions, row after row; empty when undefined. For a one-rule query: none or one. */
export type EvalManyResult = ToolchainReply<{ values: unknown[] }>

export interface EvalManyAnswer {
  /** One for each input, in their order; one that fails does not stop the others. */
  results: EvalManyResult[]
}
