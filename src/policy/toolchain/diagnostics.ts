/** What is answered where an operation of the toolchain has no result. @module */

/** One complaint of OPA's, or of the toolchain's own (its codes start with `toolchain_`). */
export interface Diagnostic {
  /** OPA's code, such as `rego_parse_error`, `rego_type_error`, `eval_conflict_error`; `opa_error` where OPA gave none. */
  code: string
  message: string
  file?: string
  /** 1-based, as OPA gives it. */
  row?: number
  /** 1-based, as OPA gives it. */
  col?: number
  /** Further lines: what was expected, the source line with a caret, near misses. */
  details?: string[]
}

/** What is answered where OPA used up its stack: the files were too much, the toolchain did not fail. */
export const stackOverflow: Diagnostic = {
  code: 'opa_stack',
  message:
    'this is too long or nests too deep for OPA: put long lists into a data file, and take apart what nests',
}

export const isStackOverflow = ({ code }: Diagnostic): boolean => code === stackOverflow.code

/** A refusal is an answer like any other; the promise rejects only when the request cannot be JSON. */
export type ToolchainReply<T> = ({ ok: true } & T) | { ok: false; errors: Diagnostic[] }
