/**
 * Reads the documents of the policy folder that are no policies: agents, providers, connectors, plans.
 * @module
 */
import type { AgentResource, PlanFile } from '../../domain/agent.js'
import type { JsonObject } from '../../domain/json.js'
import type { Findings } from '../language/findings.js'
import { checkForm } from '../language/schema-problems.js'
import type { Place } from '../language/yaml-documents.js'
import { type AgentSpec, agentConfigOf, agentDocument } from './agent-form.js'
import { connectorDocument, connectorOf } from './connector-form.js'
import { planDocument, stepsOf } from './plan-form.js'
import { providerDocument, providerOf } from './provider-form.js'
import type { RegistryDocument } from './registry-document.js'

const forms = {
  AgentConfig: agentDocument,
  Provider: providerDocument,
  Connector: connectorDocument,
  Plan: planDocument,
} as const

export const documentKinds = Object.keys(forms) as RegistryDocument['kind'][]

/** How deep references to other documents stand: `agents.0.llm.provider`, `steps.3.compensation.connector`. */
const DEPTH = 4

/** Reads a document of that kind; undefined when something is wrong with it, which is then reported. */
export function readDocument(
  kind: RegistryDocument['kind'],
  findings: Findings,
): RegistryDocument | undefined {
  const { file, document } = findings
  switch (kind) {
    case 'AgentConfig': {
      const read = checked(forms[kind], findings)
      return read && { kind, file, places: placesIn(findings, DEPTH), agent: agentOf(read, document.value) }
    }
    case 'Provider': {
      const read = checked(forms[kind], findings)
      return read && { kind, file, places: placesIn(findings, 0), provider: providerOf(read) }
    }
    case 'Connector': {
      const read = checked(forms[kind], findings)
      return read && { kind, file, places: placesIn(findings, 0), connector: connectorOf(read) }
    }
    case 'Plan': {
      const read = checked(forms[kind], findings)
      return read && { kind, file, places: placesIn(findings, DEPTH), plan: planOf(read) }
    }
  }
}

function checked<T>(form: Parameters<typeof checkForm<T>>[0], findings: Findings): T | undefined {
  const { value, problems } = checkForm(form, findings.document.value)
  for (const { path, message, key } of problems) findings.error(path, message, { key })
  return value
}

function agentOf(
  {
    metadata,
    spec,
  }: { metadata: { name: string; domain: string; description?: string | undefined }; spec: AgentSpec },
  written: unknown,
): AgentResource {
  const { name, domain, description } = metadata
  return {
    id: `${domain}/${name}`,
    name,
    domain,
    ...(description === undefined ? {} : { description }),
    source: 'file',
    active: true,
    version: 1,
    config: agentConfigOf(spec),
    document: (written as { readonly spec: JsonObject }).spec,
  }
}

function planOf({ metadata, spec }: ReturnType<typeof planDocument.parse>): PlanFile {
  return {
    name: metadata.name,
    domain: metadata.domain ?? 'generic',
    ...(metadata.description === undefined ? {} : { description: metadata.description }),
    mode: spec.execution_mode ?? 'auto',
    steps: stepsOf(spec.steps),
  }
}

/** Nothing in these refers to another document, and they may be large. */
const freeForm: ReadonlySet<string> = new Set(['parameters', 'hints'])

function placesIn({ document }: Findings, depth: number): Record<string, Place> {
  const places: Record<string, Place> = { '': document.place(['metadata', 'name']) }
  const visit = (value: unknown, path: readonly (string | number)[]): void => {
    if (path.length > 0) places[path.join('.')] = document.place(['spec', ...path])
    if (path.length === depth || typeof value !== 'object' || value === null) return
    for (const [key, each] of Object.entries(value).filter(([name]) => !freeForm.has(name)))
      visit(each, [...path, Array.isArray(value) ? Number(key) : key])
  }
  if (depth > 0) visit((document.value as { readonly spec: unknown }).spec, [])
  return places
}
