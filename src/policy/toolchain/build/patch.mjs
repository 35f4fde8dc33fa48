// What is changed in the vendored OPA before it is compiled to WASM. Each change names the text it expects;
// a text that is not there stops the build, so that a new OPA is looked at and not patched by luck.
// ../licences/README.md says the same in words: keep the two together.
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const httpImport = 'http "stepgate/opa-toolchain/nohttp"'

/** Patches the OPA sources in the folder `opa` (vendor/github.com/open-policy-agent/opa). */
export function patchOpa(opa, overlay) {
  const edit = (file, ...changes) => {
    const path = join(opa, file)
    let text = readFileSync(path, 'utf8')
    for (const [expected, replacement] of changes) {
      if (text.search(expected) < 0) throw new Error(`${file} has no ${expected}: look at what OPA changed`)
      text = text.replace(expected, () => replacement)
    }
    writeFileSync(path, text)
  }
  const drop = (file) => {
    if (!existsSync(join(opa, file))) throw new Error(`there is no ${file}: look at what OPA changed`)
    rmSync(join(opa, file))
  }

  // 12 MB of past capabilities.
  copyFileSync(join(overlay, 'capabilities.go'), join(opa, 'capabilities/capabilities.go'))

  // No sockets, so no HTTP; the built-ins that need it go, and with them TLS, JOSE, X.509 and GraphQL.
  // Their declarations stay: policies that call them still parse, and the checker says what is not allowed.
  for (const file of [
    'v1/util/close.go',
    'v1/util/read_gzip_body.go',
    'v1/tracing/tracing.go',
    'v1/logging/logging.go',
    'internal/gojsonschema/jsonLoader.go',
  ])
    edit(file, [/"net\/http"/, httpImport])
  for (const file of ['http', 'http_fixup', 'http_fixup_darwin', 'providers', 'tokens', 'graphql', 'net'])
    drop(`v1/topdown/${file}.go`)
  writeFileSync(
    join(opa, 'v1/topdown/stepgate.go'),
    `package topdown\n\nimport ${httpImport}\n\ntype CustomizeRoundTripper func(*http.Transport) http.RoundTripper\n`,
  )
  edit(
    'v1/topdown/crypto.go',
    [/^func builtinCryptoX509ParseCertificates\([\s\S]*?(?=^func toHexEncodedString)/m, ''],
    [/^\tRegisterBuiltinFunc\(ast\.Crypto(?:X509|ParsePrivate).*\n/gm, ''],
    [/^func verifyX509CertificateChain[\s\S]*/m, ''],
  )

  // Bundles are neither signed nor verified here.
  const refusal = (what) => `return nil, errors.New("${what} is not available")\n}\n`
  edit('v1/bundle/keys.go', [
    /^func \(s \*SigningConfig\) GetPrivateKey\(\)[\s\S]*?^}\n/m,
    `func (s *SigningConfig) GetPrivateKey() (any, error) {\n\t${refusal('bundle signing')}`,
  ])
  edit(
    'v1/bundle/verify.go',
    [/^func parseVerificationKey[\s\S]*?^}\n/m, ''],
    [
      /^func verifyJWTSignature[\s\S]*?^}\n/m,
      `func verifyJWTSignature(string, *VerificationConfig) (*DecodedSignature, error) {\n\t${refusal('bundle verification')}`,
    ],
  )
  edit(
    'v1/bundle/sign.go',
    [
      /^func \(\*DefaultSigner\) GenerateSignedToken[\s\S]*?^}\n/m,
      `func (*DefaultSigner) GenerateSignedToken([]FileInfo, *SigningConfig, string) (string, error) {\n\t${refusal('bundle signing').replace('nil', '""')}`,
    ],
    [/^func generateToken[\s\S]*?^}\n/m, ''],
  )

  for (const file of [
    'v1/topdown/crypto.go',
    'v1/bundle/keys.go',
    'v1/bundle/verify.go',
    'v1/bundle/sign.go',
  ])
    tidyImports(join(opa, file))
}

/** Takes out the imports that a cut left unused, and brings in `errors` and `fmt` where they are now needed. */
function tidyImports(path) {
  const text = readFileSync(path, 'utf8')
  const block = text.match(/^import \(([\s\S]*?)^\)/m)
  const body = text.slice(block.index + block[0].length)
  const uses = (name) => new RegExp(`\\b${name}\\.[A-Za-z]`).test(body)
  const kept = block[1].split('\n').filter((line) => {
    const [, alias, module] = line.match(/^\s*(?:(\w+) )?"([^"]+)"/) ?? []
    if (!module || alias === '_') return true
    const parts = module.split('/')
    const last = /^v\d+$/.test(parts.at(-1)) && parts.length > 1 ? parts.at(-2) : parts.at(-1)
    return uses(alias ?? last)
  })
  for (const name of ['errors', 'fmt'])
    if (uses(name) && !kept.some((line) => line.includes(`"${name}"`))) kept.unshift(`\t"${name}"`)
  writeFileSync(path, `${text.slice(0, block.index)}import (\n${kept.join('\n')})${body}`)
}
