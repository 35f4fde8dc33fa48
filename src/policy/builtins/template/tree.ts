/** A parsed template. */
import type { Value } from './value.js'

export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipeline: Pipeline }
  | Block
  | { readonly kind: 'template'; readonly name: string; readonly pipeline: Pipeline | undefined }
  | { readonly kind: 'break' | 'continue' }

export interface Block {
  readonly kind: BlockKind
  readonly pipeline: Pipeline
  readonly body: readonly Node[]
  readonly otherwise: readonly Node[]
}

export type BlockKind = 'if' | 'with' | 'range'

/** `$i, $v := command | command`; each command is a list of operands, and passes what it makes to the next. */
export interface Pipeline {
  readonly kind: 'pipeline'
  readonly variables: readonly string[]
  /** `=`, for variables there already. */
  readonly assigns: boolean
  readonly commands: readonly Command[]
}

export type Command = readonly [Operand, ...Operand[]]

export type Operand =
  | Pipeline
  | { readonly kind: 'constant'; readonly value: Value }
  | { readonly kind: 'nil' }
  | { readonly kind: 'dot' }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'field'; readonly path: readonly string[] }
  | { readonly kind: 'variable'; readonly name: string; readonly path: readonly string[] }
  /** The fields of what a function or a pipeline answers. */
  | { readonly kind: 'chain'; readonly of: Operand; readonly path: readonly string[] }

/** Whether nothing but space would be printed. Such a template gives way to another of its name. */
export const isEmpty = (nodes: readonly Node[]): boolean =>
  nodes.every((node) => node.kind === 'text' && /^\p{White_Space}*$/u.test(node.text))
