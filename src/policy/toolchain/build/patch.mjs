// What is changed in the vendored OPA before it is compiled to WASM: the files of _overlay are laid over its tree,
// and the edits below are made. Each edit names the text it expects; a text that is not there stops the build, so
// that a new OPA is looked at and not patched by luck. ../licences/README.md says the same in words: keep the two
// together.
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * @param {string} opa the folder with OPA's sources (vendor/github.com/open-policy-agent/opa)
 * @param {string} overlay the folder _overlay
 */
export function patchOpa(opa, overlay) {
  cpSync(overlay, opa, { recursive: true })
  withoutNetwork(opa)
  withoutSignatures(opa)
  withoutNeedlessWork(opa)
  withHostedBuiltins(opa)
  withMoreStages(opa)
}

// There are no sockets, so no HTTP; the built-ins that need it go, and with them TLS, JOSE, X.509 and GraphQL.
// Their declarations stay: a policy that calls them still parses, and the checker says what is not allowed.
function withoutNetwork(opa) {
  for (const file of [
    'v1/util/close.go',
    'v1/util/read_gzip_body.go',
    'v1/tracing/tracing.go',
    'v1/logging/logging.go',
    'internal/gojsonschema/jsonLoader.go',
  ])
    edit(opa, file, [/"net\/http"/, 'http "stepgate/opa-toolchain/nohttp"'])
  for (const file of ['http', 'http_fixup', 'http_fixup_darwin', 'providers', 'tokens', 'graphql', 'net'])
    drop(opa, `v1/topdown/${file}.go`)
  edit(
    opa,
    'v1/topdown/crypto.go',
    [/^func builtinCryptoX509ParseCertificates\([\s\S]*?(?=^func toHexEncodedString)/m, ''],
    [/^\tRegisterBuiltinFunc\(ast\.Crypto(?:X509|ParsePrivate).*\n/gm, ''],
    [/^func verifyX509CertificateChain[\s\S]*/m, ''],
  )
}

// Bundles are neither signed nor verified here.
function withoutSignatures(opa) {
  const refuse = (result, what) => `{\n\treturn ${result}, errors.New("${what} is not available")\n}\n`
  edit(opa, 'v1/bundle/keys.go', [
    /^func \(s \*SigningConfig\) GetPrivateKey\(\)[\s\S]*?^}\n/m,
    `func (s *SigningConfig) GetPrivateKey() (any, error) ${refuse('nil', 'bundle signing')}`,
  ])
  edit(
    opa,
    'v1/bundle/verify.go',
    [/^func parseVerificationKey[\s\S]*?^}\n/m, ''],
    [
      /^func verifyJWTSignature[\s\S]*?^}\n/m,
      `func verifyJWTSignature(string, *VerificationConfig) (*DecodedSignature, error) ${refuse('nil', 'bundle verification')}`,
    ],
  )
  edit(
    opa,
    'v1/bundle/sign.go',
    [
      /^func \(\*DefaultSigner\) GenerateSignedToken[\s\S]*?^}\n/m,
      `func (*DefaultSigner) GenerateSignedToken([]FileInfo, *SigningConfig, string) (string, error) ${refuse('""', 'bundle signing')}`,
    ],
    [/^func generateToken[\s\S]*?^}\n/m, ''],
  )
}

// None of this changes what is compiled, only how long it takes: the tests compare the bytes with OPA's own.
function withoutNeedlessWork(opa) {
  edit(
    opa,
    'v1/compile/compile.go',
    // A listing of the plan was written, to nowhere.
    [/\terr = ir\.Pretty\(c\.debug\.Writer\(\), policy\)\n\tif err != nil {\n\t\treturn err\n\t}\n/, ''],
    // The Rego sources that go into a bundle were pruned and formatted, also when no bundle is written.
    [
      /\treturn pruneBundleEntrypoints\(/,
      '\tif c.output == nil {\n\t\treturn nil\n\t}\n\treturn pruneBundleEntrypoints(',
    ],
    [
      /\tc\.bundle\.SetManifestProto\(/,
      '\tif c.output == nil && c.target == TargetWasm {\n\t\treturn nil\n\t}\n\n\tc.bundle.SetManifestProto(',
    ],
  )
  edit(
    opa,
    'internal/compiler/wasm/optimizations.go',
    [
      /\tcgCSV := opa\.CallGraphCSV\(\)[\s\S]*?\n\tcgIdx := /,
      '\tcg, err := callGraph()\n\tif err != nil {\n\t\treturn err\n\t}\n\n\tcgIdx := ',
    ],
    [
      /\t\tcallerName, err := unquote[\s\S]*?\n\t\tcaller, ok := /,
      '\t\tcallerName, calleeName := cg[i][0], cg[i][1]\n\t\tcaller, ok := ',
    ],
  )
  edit(opa, 'internal/compiler/wasm/wasm.go', [/^func mapFunc\([\s\S]*?^}\n/m, ''])
}

// A host may answer a built-in itself where that of the C library is wrong. Says nothing when none is named.
function withHostedBuiltins(opa) {
  edit(opa, 'internal/compiler/wasm/wasm.go', [
    /:= builtinsFunctions\[((?:decl\.Name)|(?:stmt\.Func))\]; /g,
    (_, name) => `:= ownFunction(${name}); `,
  ])
}

// Test rules are compiled with the stages that OPA's runner adds for them.
function withMoreStages(opa) {
  edit(opa, 'v1/compile/compile.go', [
    /:= (ast\.NewCompiler\(\)\.WithCapabilities\(c\)\.WithDebug\(dbg\.Writer\(\)\)\.WithEnablePrintStatements\(enablePrintStatements\))\n/,
    (_, made) => `:= MoreStages(${made})\n`,
  ])
}

function edit(opa, file, ...changes) {
  const path = join(opa, file)
  let text = readFileSync(path, 'utf8')
  for (const [expected, replacement] of changes) {
    if (text.search(expected) < 0) throw new Error(`${file} has no ${expected}: look at what OPA changed`)
    text = text.replace(expected, typeof replacement === 'function' ? replacement : () => replacement)
  }
  writeFileSync(path, tidyImports(text))
}

function drop(opa, file) {
  if (!existsSync(join(opa, file))) throw new Error(`there is no ${file}: look at what OPA changed`)
  rmSync(join(opa, file))
}

/** Takes out the imports that a cut left unused, and brings in `errors` and `fmt` where they are now needed. */
function tidyImports(text) {
  const block = text.match(/^import \(([\s\S]*?)^\)/m)
  if (!block) return text
  const body = text.slice(block.index + block[0].length)
  const uses = (name) => new RegExp(`\\b${name}\\.[A-Za-z]`).test(body)
  const kept = block[1].split('\n').filter((line) => {
    const [, alias, module] = line.match(/^\s*(?:(\w+) )?"([^"]+)"/) ?? []
    return !module || alias === '_' || uses(alias ?? packageName(module))
  })
  for (const name of ['errors', 'fmt'])
    if (uses(name) && !kept.some((line) => line.includes(`"${name}"`))) kept.unshift(`\t"${name}"`)
  return `${text.slice(0, block.index)}import (\n${kept.join('\n')})${body}`
}

function packageName(module) {
  const parts = module.split('/')
  return /^v\d+$/.test(parts.at(-1)) && parts.length > 1 ? parts.at(-2) : parts.at(-1)
}
