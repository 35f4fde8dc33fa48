/**
 * `kind: Provider`: an endpoint of language models.
 * @module
 */
import { z } from 'zod'
import type { ModelPrice, Provider } from '../../domain/agent.js'
import { API_VERSION, closed, duration, text } from '../language/policy-schema.js'
import { address, millisecondsOf, name, retries, retriesOf, withoutSlash } from './forms.js'
import { secret, secretOf } from './secret-form.js'

const price = z.number().min(0, 'a price is zero or more')

export const providerDocument = closed({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('Provider'),
  metadata: closed({ name: name.describe('As steps and agents name it.'), description: text.optional() }),
  spec: closed({
    type: z.literal('openai-compatible'),
    base_url: address.describe('Address under which /chat/completions stands.'),
    api_key: secret.optional(),
    allow_private: z.boolean().describe('Loopback and private addresses may be called.').optional(),
    models: z
      .record(
        text,
        closed({
          input_usd_per_million: price.optional(),
          output_usd_per_million: price.optional(),
        }).nullable(),
      )
      .describe('Models with their prices in US dollars per million tokens.')
      .optional(),
    timeout: duration.describe('Of one attempt; default 60s.').optional(),
    retries: retries.describe('Default: 2 attempts, 500ms.').optional(),
  }),
})

/** What a checked document says. */
export function providerOf({ metadata, spec }: z.infer<typeof providerDocument>): Provider {
  return {
    name: metadata.name,
    type: spec.type,
    baseUrl: withoutSlash(spec.base_url),
    ...(spec.api_key === undefined ? {} : { apiKey: secretOf(spec.api_key) }),
    allowPrivate: spec.allow_private ?? false,
    models: Object.fromEntries(
      Object.entries(spec.models ?? {}).map(([model, prices]) => [model, priceOf(prices)]),
    ),
    timeoutMs: spec.timeout === undefined ? 60_000 : millisecondsOf(spec.timeout),
    retries: retriesOf(spec.retries, { attempts: 2, backoffMs: 500 }),
  }
}

type RawPrice = NonNullable<z.infer<typeof providerDocument>['spec']['models']>[string]

function priceOf(raw: RawPrice): Partial<ModelPrice> {
  const { input_usd_per_million: input, output_usd_per_million: output } = raw ?? {}
  return {
    ...(input === undefined ? {} : { inputUsdPerMillion: input }),
    ...(output === undefined ? {} : { outputUsdPerMillion: output }),
  }
}
