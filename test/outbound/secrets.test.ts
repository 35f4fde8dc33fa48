import { describe, expect, it } from 'vitest'
import { Secrets } from '#src/outbound/secrets.js'

const env: Record<string, string> = {
  KEY: ' top secret+"quoted" ',
  PEM: '-----BEGIN KEY-----\nMIIBVgIBADANBgkqhkiG\nAgMBAAE=\n-----END KEY-----\n',
  FLAG: 'on',
  SHORT: 'IBVg',
  EMPTY: '\n',
}

describe('a text', () => {
  it.each([
    ['as it is', 'the key is top secret+"quoted" .', 'the key is [secret] .'],
    ['in JSON', '{"key":"top secret+\\"quoted\\""}', '{"key":"[secret]"}'],
    ['in a URL', '?key=top%20secret%2B%22quoted%22&a', '?key=[secret]&a'],
    ['by a line', 'line 2: MIIBVgIBADANBgkqhkiG', 'line 2: [secret]'],
    ['that is too short to be one', 'carry on', 'carry on'],
    ['twice', 'top secret+"quoted"top secret+"quoted"', '[secret][secret]'],
  ])('loses a secret %s', async (_, text, clean) => {
    const secrets = new Secrets((name) => env[name])
    for (const name of ['SHORT', 'KEY', 'PEM', 'FLAG']) await secrets.read({ env: name })
    expect(secrets.scrub(text)).toBe(clean)
  })
})

it('takes secrets out of a value, names of members included', async () => {
  const secrets = new Secrets(() => 'abcdef')
  await secrets.read({ env: 'ANY', prefix: 'Bearer ' })
  expect(secrets.scrubValue({ abcdef: ['xabcdefx', 1, null, { a: 'abcdef' }], b: true })).toEqual({
    '[secret]': ['x[secret]x', 1, null, { a: '[secret]' }],
    b: true,
  })
})

it('says what cannot be read, and never a value', async () => {
  const secrets = new Secrets((name) => env[name])
  const messageOf = async (reference: object) => {
    const read = await secrets.read(reference)
    return read.ok ? undefined : read.message
  }
  expect(await messageOf({ env: 'NONE' })).toBe('the secret in variable NONE is not set')
  expect(await messageOf({ env: 'EMPTY' })).toBe('the secret in variable EMPTY is empty')
  expect(await messageOf({ file: '/nowhere/key' })).toBe('the secret in file /nowhere/key cannot be read')
  expect(await messageOf({})).toBe('a secret names neither env nor file')
})
