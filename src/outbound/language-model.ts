/** Calls of language models, through the AI SDK and the guarded door. @module */
import type { LanguageModelUsage } from 'ai'
import type { ModelPrice, ModelUse, Provider } from '../domain/agent.js'
import type { JsonObject, JsonValue } from '../domain/json.js'
import { CallFailed, excerpt, failure, failureOf } from './failure.js'
import { guardedFetch } from './guarded-fetch.js'
import { endedFailure } from './guarded-http.js'
import type { Attempt } from './http-connector.js'
import { canBeHeader } from './http-request.js'
import type { OutboundCall, OutboundFailure, OutboundResult } from './outbound.js'

export type ModelCall = Extract<OutboundCall, { kind: 'llm' }>

/** Ask a model once. */
export async function callModel(
  provider: Provider,
  call: ModelCall,
  attempt: Attempt,
  onLog: (line: string) => void,
): Promise<OutboundResult> {
  const name = `model ${call.llm.model} of ${provider.name}`
  if (Object.keys(provider.models).length > 0 && !Object.hasOwn(provider.models, call.llm.model))
    return failure(`${name} was not called: the provider's document does not list it`)
  const key = await attempt.secrets.read(provider.apiKey ?? '')
  if (!key.ok) return failure(`${name} was not called: ${key.message}`)
  if (!canBeHeader(key.value)) return failure(`${name} was not called: its key cannot be sent in a header`)
  const bearer = provider.apiKey?.prefix === undefined ? 'Bearer ' : ''
  const headers = {
    'user-agent': 'stepgate',
    'idempotency-key': attempt.idempotencyKey,
    ...(key.value === '' ? {} : { authorization: `${bearer}${key.value}` }),
  }
  const result = await ask(provider, call, headers, attempt, onLog)
  return result.ok ? result : failureOf(name, result)
}

async function ask(
  provider: Provider,
  { llm, prompt, system, schema }: ModelCall,
  headers: Readonly<Record<string, string>>,
  attempt: Attempt,
  onLog: (line: string) => void,
): Promise<OutboundResult> {
  const { http, secrets, signal, now } = attempt
  const { origin } = new URL(provider.baseUrl)
  const permit = {
    origin,
    allowPrivate: provider.allowPrivate,
    idempotent: true,
    signal,
    secrets,
    headers,
    now,
  }
  // The SDK wraps what is thrown at it; the failure itself is kept here.
  let failed: OutboundFailure | undefined
  let sent = false
  try {
    const { generateText, jsonSchema, Output, wrapLanguageModel } = await import('ai')
    const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
    const endpoint = createOpenAICompatible({
      name: provider.name,
      baseURL: provider.baseUrl,
      supportsStructuredOutputs: true,
      fetch: async (address, init) => {
        sent = true
        try {
          return await guardedFetch(http, address as string | URL, init ?? {}, permit)
        } catch (error) {
          if (error instanceof CallFailed) failed = error.failure
          throw error
        }
      },
    })
    const model = wrapLanguageModel({
      model: endpoint.chatModel(llm.model),
      middleware: {
        specificationVersion: 'v3',
        // The SDK writes warnings to the console.
        wrapGenerate: async ({ doGenerate }) => {
          const generated = await doGenerate()
          for (const warning of generated.warnings)
            onLog(`model ${llm.model} of ${provider.name}: ${excerpt(JSON.stringify(warning))}`)
          return { ...generated, warnings: [] }
        },
      },
    })
    const settings = {
      model,
      prompt,
      ...(system === undefined ? {} : { system }),
      ...samplingOf(llm),
      maxRetries: 0,
      abortSignal: signal,
    }
    if (schema === undefined) {
      const { text, totalUsage, finishReason } = await generateText(settings)
      return succeeded({ text: secrets.scrub(text) }, finishReason, totalUsage, provider.models[llm.model])
    }
    const validate = await validatorOf(schema)
    if (!validate) return failure('was not called: the schema of its answer cannot be used')
    const answer = await generateText({
      ...settings,
      output: Output.object({ schema: jsonSchema<JsonValue>(schema, { validate }) }),
      // Strict decoding takes a subset of JSON Schema only; the answer is checked here in any case.
      providerOptions: { openaiCompatible: { strictJsonSchema: false } },
    })
    const object = secrets.scrubValue(answer.output)
    const output = { object, text: secrets.scrub(answer.text) }
    return succeeded(output, answer.finishReason, answer.totalUsage, provider.models[llm.model])
  } catch (error) {
    if (failed) return failed
    if (signal.aborted) return endedFailure(signal, sent)
    const { name } = error as Error
    if (!sent) return failure(`was not called: the request cannot be made (${name})`)
    if (name === 'AI_NoObjectGeneratedError' || name === 'AI_NoOutputGeneratedError')
      return failure('answered with nothing that fits the schema', { retryable: true, maybeDone: true })
    return failure('answered with what is not a chat completion', { maybeDone: true })
  }
}

const samplingOf = ({ temperature, maxTokens }: ModelUse) => ({
  ...(temperature === undefined ? {} : { temperature }),
  ...(maxTokens === undefined ? {} : { maxOutputTokens: maxTokens }),
})

/** A check of values against a JSON Schema; undefined where the schema itself is not usable. */
async function validatorOf(schema: JsonObject) {
  const { fromJSONSchema } = await import('zod')
  try {
    const type = fromJSONSchema(schema as Parameters<typeof fromJSONSchema>[0])
    return (value: unknown) =>
      type.safeParse(value).success
        ? { success: true as const, value: value as JsonValue }
        : { success: false as const, error: new Error('does not fit the schema') }
  } catch {
    return undefined
  }
}

function succeeded(
  output: JsonObject,
  finishReason: string,
  { inputTokens, outputTokens }: LanguageModelUsage,
  price: Partial<ModelPrice> | undefined,
): OutboundResult {
  const costUsd = costOf(price, inputTokens, outputTokens)
  return {
    ok: true,
    // An answer that was cut short says so.
    output: finishReason === 'stop' ? output : { ...output, finish_reason: finishReason },
    ...(inputTokens === undefined ? {} : { tokensIn: inputTokens }),
    ...(outputTokens === undefined ? {} : { tokensOut: outputTokens }),
    ...(costUsd === undefined ? {} : { costUsd }),
  }
}

/** In US dollars to the tenth digit: known where both counts and both prices are. */
function costOf(
  price: Partial<ModelPrice> | undefined,
  tokensIn: number | undefined,
  tokensOut: number | undefined,
): number | undefined {
  const { inputUsdPerMillion: input, outputUsdPerMillion: output } = price ?? {}
  if (input === undefined || output === undefined || tokensIn === undefined || tokensOut === undefined)
    return undefined
  return Number(((tokensIn * input + tokensOut * output) / 1e6).toFixed(10))
}
