import { describe, expect, it } from 'vitest'
import { assemblePolicies } from '#src/policy/language/assemble-policies.js'
import { readYamlFile } from '#src/policy/language/read-yaml-file.js'
import { fileOf, printed, readYaml } from '../language/reading.js'
import { agents, everything, http, plan, provider, remote, stdio } from './folder.js'

describe('the documents of a folder', () => {
  const { registry, problems } = readYaml(everything)

  it('fit together', () => {
    expect(printed(problems)).toEqual([])
  })

  it('declare agents, under their domain and name', () => {
    const [agent] = registry.agents
    expect(agent).toMatchObject({
      id: 'generic/research',
      name: 'research',
      domain: 'generic',
      description: 'Finds and writes',
      source: 'file',
      active: true,
      version: 1,
    })
    expect(agent?.config).toEqual({
      execution: { defaultMode: 'parallel', maxParallelTasks: 2, timeoutSeconds: 60, hints: { team: 'a' } },
      agents: [
        { name: 'searcher', type: 'connector-call', connector: { name: 'catalog', operation: 'search' } },
        {
          name: 'writer',
          type: 'llm-call',
          llm: { provider: 'openai', model: 'gpt-4o-mini', temperature: 0.2, maxTokens: 200 },
          promptTemplate: 'Summarise: {{query}}',
          parameters: { tone: 'dry' },
        },
      ],
      routing: [
        { pattern: 'find|search', agent: 'searcher', connector: 'catalog', priority: 10 },
        { pattern: '.*', agent: 'writer', priority: 0 },
      ],
      synthesis: { enabled: true, promptTemplate: 'Put together: {{query}}' },
    })
    expect(Object.keys(agent?.document ?? {})).toEqual(['execution', 'agents', 'routing', 'synthesis'])
    expect(agent?.document.synthesis).toEqual({ enabled: true, prompt_template: 'Put together: {{query}}' })
  })

  it('declare providers with their prices', () => {
    expect(registry.providers.get('openai')).toEqual({
      name: 'openai',
      type: 'openai-compatible',
      baseUrl: 'https://models.example/v1',
      apiKey: { env: 'OPENAI_API_KEY' },
      allowPrivate: false,
      models: { 'gpt-4o-mini': { inputUsdPerMillion: 0.15, outputUsdPerMillion: 0.6 }, free: {} },
      timeoutMs: 60_000,
      retries: { attempts: 2, backoffMs: 500 },
    })
  })

  it('declare connectors of all three types', () => {
    expect(registry.connectors.get('catalog')).toEqual({
      name: 'catalog',
      type: 'http',
      baseUrl: 'http://127.0.0.1:9098',
      allowPrivate: true,
      headers: { authorization: { env: 'CATALOG_TOKEN', prefix: 'Bearer ' }, accept: 'application/json' },
      timeoutMs: 90_000,
      retries: { attempts: 5, backoffMs: 200 },
      operations: {
        search: { method: 'POST', path: '/search', body: { q: '{{parameters.query}}' }, idempotent: true },
        item: {
          method: 'GET',
          path: '/items/{{parameters.id}}',
          query: { full: '1' },
          idempotent: true,
          timeoutMs: 500,
        },
      },
    })
    expect(registry.connectors.get('files')).toEqual({
      name: 'files',
      type: 'mcp-stdio',
      command: ['node', 'server.mjs'],
      environment: { TOKEN: { file: '/run/secrets/files' }, MODE: 'strict' },
      tools: ['read_file', 'write_file'],
      idempotentTools: ['read_file'],
      timeoutMs: 10_000,
      retries: { attempts: 3, backoffMs: 200 },
    })
    expect(registry.connectors.get('tracker')).toEqual({
      name: 'tracker',
      type: 'mcp-http',
      url: 'https://tracker.example/mcp',
      allowPrivate: false,
      headers: {},
      tools: ['list'],
      idempotentTools: [],
      timeoutMs: 10_000,
      retries: { attempts: 3, backoffMs: 200 },
    })
  })

  it('declare plans, whose steps name one another by id', () => {
    const refunds = registry.plans.get('refunds')
    expect(refunds).toMatchObject({ domain: 'finance', description: 'Pays back', mode: 'balanced' })
    expect(refunds?.steps.map(({ id, type, dependsOn }) => [id, type, dependsOn])).toEqual([
      ['step_1_find', 'connector-call', []],
      ['step_2_big', 'conditional', ['step_1_find']],
      ['ask-someone', 'human-task', ['step_2_big']],
      ['step_4_write', 'llm-call', ['ask-someone', 'step_1_find']],
    ])
    expect(refunds?.steps[1]?.ifTrue).toEqual(['ask-someone'])
    expect(refunds?.steps[3]).toMatchObject({ timeoutMs: 2_000, retries: { attempts: 2, backoffMs: 10 } })
  })

  it('are the same when their readings were kept as JSON', () => {
    const readings = Object.entries(everything).map(([path, text]) => readYamlFile(fileOf(path, text)))
    const kept = JSON.parse(JSON.stringify(readings)) as typeof readings
    expect(assemblePolicies(kept)).toEqual(assemblePolicies(readings))
  })

  it('need not say more than the least', () => {
    const least = readYaml({
      'a.yaml':
        'apiVersion: axonflow.io/v2beta1\nkind: AgentConfig\nmetadata: { name: a, domain: b }\nspec: { agents: [{ name: w, type: llm-call, prompt_template: x }] }\n',
      'p.json':
        '{"apiVersion": "stepgate.dev/v1", "kind": "Plan", "metadata": {"name": "p"}, "spec": {"steps": [{"name": "a", "type": "human_task"}]}}',
    })
    expect(printed(least.problems)).toEqual([])
    expect(least.registry.agents[0]?.config).toMatchObject({
      execution: { defaultMode: 'auto', maxParallelTasks: 5, timeoutSeconds: 300, hints: {} },
      routing: [],
      synthesis: { enabled: true },
    })
    expect(least.registry.plans.get('p')).toEqual({
      name: 'p',
      domain: 'generic',
      mode: 'auto',
      steps: [{ id: 'step_1_a', name: 'a', type: 'human-task', dependsOn: [] }],
    })
  })
})

/** A document, what is replaced in it by what, and what is said of the result. */
type Spoilt = readonly [what: string, by: string, said: string]

const dollar = '$'
const long = 'x'.repeat(1001)
const spoilt: Readonly<Record<string, { text: string; rows: readonly Spoilt[] }>> = {
  agents: {
    text: agents,
    rows: [
      [
        'axonflow.io/v1',
        'axonflow/v1',
        '1:13 unknown apiVersion "axonflow/v1"; did you mean "axonflow.io/v1"?',
      ],
      ['AgentConfig', 'Agent', '2:7 unknown kind "Agent"; known are AgentConfig'],
      [
        'name: research',
        'name: Research',
        '3:19 a name is made of a-z, 0-9, _ and -, and starts with a letter or digit',
      ],
      ['domain: generic', 'domian: generic', '3:29 unknown key "domian"; did you mean "domain"?'],
      [
        'default_mode: parallel',
        'default_mode: confirm',
        '5:30 unknown value "confirm"; known are auto, sequential, parallel, balanced',
      ],
      [
        'default_mode: parallel',
        'default_mode: step',
        '5:30 unknown value "step"; known are auto, sequential, parallel, balanced',
      ],
      ['max_parallel_tasks: 2', 'max_parallel_tasks: -1', '5:60 this is 0 or more'],
      ['max_parallel_tasks: 2', 'max_parallel_tasks: 1.5', '5:60 expected a whole number, found 1.5'],
      ['timeout_seconds: 60', 'timeout_seconds: -1', '5:80 this is 0 or more'],
      ['team: a', 'team: .inf', '5:91 a number in it is not finite'],
      [
        'name: searcher, type',
        'name: Searcher, type',
        '7:15 a name is made of a-z, 0-9, _ and -, and starts with a letter or digit',
      ],
      ['name: writer', 'name: searcher', '8:13 the name "searcher" stands twice'],
      [
        'type: connector-call',
        'type: connector',
        '7:31 unknown value "connector"; known are llm-call, connector-call',
      ],
      [
        ', connector: { name: catalog, operation: search } }',
        ' }',
        '7:7 an agent of type connector-call needs connector',
      ],
      ['{ name: catalog, operation: search }', '{ name: catalog }', '7:47 operation is missing'],
      ['temperature: 0.2', 'temperature: 2.1', '10:65 temperature is from 0 to 2'],
      ['max_tokens: 200', 'max_tokens: -1', '10:82 this is 0 or more'],
      ['model: gpt-4o-mini, ', '', '10:7 model is missing'],
      [
        '{{query}}"\n      par',
        '{{#query}}"\n      par',
        '11:24 {{#query}} is not a path such as parameters.city',
      ],
      [
        'agent: searcher',
        'agent: sercher',
        '14:40 there is no agent "sercher" here; did you mean "searcher"?',
      ],
      ['find|search', long, '14:18 a pattern has 1000 characters at most'],
      ['find|search', '(find', '14:18 the group is not closed with ) (at 1)'],
      ['find|search', '(?=find)', '14:18 look-around is not part of RE2 (at 1)'],
      [
        'find|search',
        '(a+)+',
        '14:18 a repetition without end inside a repetition, such as (a+)+, is refused',
      ],
      [
        'find|search',
        '(?:(a|b)*c){2,3}',
        '14:18 a repetition without end inside a repetition, such as (a+)+, is refused',
      ],
      ['"find|search"', '""', '14:18 this is empty'],
      ['priority: 10', 'priority: high', '14:80 expected a number, found text'],
      ['enabled: true', 'enabled: yes please', '16:25 expected true or false, found text'],
      ['synthesis:', 'synthesise:', '16:3 unknown key "synthesise"; did you mean "synthesis"?'],
      [
        'connector: { name: catalog',
        'connector: { name: catalogue',
        '7:66 there is no connector "catalogue"; did you mean "catalog"?',
      ],
      [
        'operation: search',
        'operation: serch',
        '7:86 the connector "catalog" has no operation "serch"; did you mean "search"?',
      ],
      ['provider: openai', 'provider: opnai', '10:24 there is no provider "opnai"; did you mean "openai"?'],
      [
        'connector: catalog,',
        'connector: files,',
        '14:61 the connector "files" has no tool "search"; known are read_file, write_file',
      ],
    ],
  },
  provider: {
    text: provider,
    rows: [
      ['name: openai', 'nmae: openai', '3:1 name is missing'],
      ['type: openai-compatible', 'type: openai', '5:9 unknown value "openai"; known are openai-compatible'],
      [
        'https://models.example/v1/',
        'ftp://models.example',
        '6:13 this is no address: write https://host/path',
      ],
      ['https://models.example/v1/', 'models.example/v1', '6:13 this is no address: write https://host/path'],
      ['https://models.example/v1/', 'https://', '6:13 this is no address: write https://host/path'],
      [
        'https://models.example/v1/',
        'https://me:secret@models.example',
        '6:13 no credentials in an address: put them into headers or api_key, with env or file',
      ],
      [
        'https://models.example/v1/',
        `"https://${dollar}{HOST}/v1"`,
        '6:13 write the address itself: nothing is filled into it',
      ],
      ['https://models.example/v1/', 'https://models.example?a=b', '6:13 an address has no ? and no # here'],
      ['{ env: OPENAI_API_KEY }', 'sk-123', '7:12 expected a mapping, found text'],
      ['{ env: OPENAI_API_KEY }', '{}', '7:12 env or file is missing'],
      ['{ env: OPENAI_API_KEY }', '{ env: A, file: b }', '7:12 env or file, not both'],
      [
        '{ env: OPENAI_API_KEY }',
        '{ env: A B }',
        '7:19 the name of an environment variable is made of letters, digits and _',
      ],
      ['0.15', '-1', '9:43 a price is zero or more'],
      [
        'output_usd',
        'ouput_usd',
        '9:49 unknown key "ouput_usd_per_million"; did you mean "output_usd_per_million"?',
      ],
    ],
  },
  http: {
    text: http,
    rows: [
      ['type: http', 'type: htpp', '5:9 unknown value "htpp"; did you mean "http"?'],
      ['  type: http\n', '', '4:1 type is missing'],
      ['base_url', 'url', '4:1 base_url is missing'],
      ['timeout: 1m30s', 'timeout: 90', '9:12 expected text, found 90'],
      ['timeout: 1m30s', 'timeout: 90000 ms', '9:12 this is no duration: write 30m, 24h, 1h30m, 7d'],
      ['attempts: 5', 'attempts: 0', '10:24 there is 1 attempt at least'],
      ['attempts: 5', 'attempts: 100', '10:24 there are 20 attempts at most'],
      ['backoff', 'back_off', '10:27 unknown key "back_off"; did you mean "backoff"?'],
      [
        'accept: application/json',
        `accept: "${dollar}{TYPE}"`,
        '8:80 a $ before braces is not expanded: write { env: NAME }',
      ],
      ['accept: application/json', 'accept: "a\\r\\nb"', '8:80 a value is one line'],
      ['accept: application/json', '"a b": x', '8:72 this is no name of a header'],
      [
        'accept: application/json',
        'accept: "{{parameters.a}} {{query}}"',
        '8:80 {{query}} cannot be read here: there is only parameters',
      ],
      ['accept: application/json', 'accept: "→"', '8:80 a header cannot carry these characters'],
      ['accept: application/json', 'Content-Length: "1"', '8:72 this header is not for documents to set'],
      ['prefix: "Bearer "', 'prefx: "Bearer "', '8:51 unknown key "prefx"; did you mean "prefix"?'],
      ['path: /search', 'path: search', '12:35 a path starts with /'],
      ['{{parameters.query}}', '{{query}}', '12:50 {{query}} cannot be read here: there is only parameters'],
      ['method: POST', 'method: GET', '12:49 GET has no body: name another method'],
      ['method: POST', 'method: post', '12:23 unknown value "post"; did you mean "POST"?'],
      ['search: {', '"a b": {', '12:5 an operation is named with letters, digits, _ and -'],
    ],
  },
  stdio: {
    text: stdio,
    rows: [
      ['[node, server.mjs]', 'node server.mjs', '6:12 expected a list, found text'],
      ['[node, server.mjs]', '[]', '6:12 the list is empty'],
      ['MODE: strict', '"a=b": strict', '7:55 this is no name of an environment variable'],
      ['tools: [read_file, write_file]\n', 'tools: []\n', '8:10 the list is empty'],
      ['idempotent_tools: [read_file]', 'idempotent_tools: [read]', '9:22 "read" is none of tools'],
      ['environment:', 'env:', '7:3 unknown key "env"; known are'],
      ['  tools:', '  allow_private: true\n  tools:', '8:3 unknown key "allow_private"; known are'],
    ],
  },
  remote: {
    text: remote,
    rows: [
      ['https://tracker.example/mcp', 'tracker', '4:30 this is no address: write https://host/path'],
      [
        'tools: [list]',
        'tools: [list], headers: { a: "{{parameters.a}}" }',
        '4:90 nothing is filled in here',
      ],
      ['tools: [list]', 'tool: [list]', '4:1 tools is missing'],
    ],
  },
  plan: {
    text: plan,
    rows: [
      [
        'name: refunds',
        'name: re/funds',
        '3:19 a name is made of a-z, 0-9, _ and -, and starts with a letter or digit',
      ],
      [
        'execution_mode: balanced',
        'execution_mode: blanced',
        '5:19 unknown value "blanced"; did you mean "balanced"?',
      ],
      [
        'execution_mode: balanced',
        'mode: balanced',
        '5:3 unknown key "mode"; known are execution_mode, steps',
      ],
      [
        'name: find',
        'name: find it',
        '7:15 this is made of letters, digits, _ and -, and starts with a letter or digit',
      ],
      [
        'id: ask-someone',
        'id: __proto__',
        '13:13 this is made of letters, digits, _ and -, and starts with a letter or digit',
      ],
      ['type: connector_call', 'type: connector', '7:27 unknown value "connector"; known are'],
      ['operation: search, ', '', '7:54 connector needs operation'],
      ['provider: openai\n      ', '', '17:14 model needs provider'],
      ['operator: greater_than, operand: 3', 'operator: greater_than', '11:73 greater_than needs an operand'],
      ['operator: greater_than', 'operator: exists', '11:73 exists takes no operand'],
      ['operator: greater_than', 'operator: greater', '11:73 unknown value "greater"; known are'],
      ['operand: 3', 'operand: .nan', '11:96 a number in it is not finite'],
      ['timeout: 2s', 'timeout: 2', '20:16 expected text, found 2'],
      ['depends_on: [ask, find]', 'depends_on: ask', '16:19 expected a list, found text'],
      [
        'depends_on: [ask, find]',
        'depends_on: [ak, find]',
        '16:20 the step "write" depends on "ak", which is no step of the plan; did you mean "ask"?',
      ],
      [
        'depends_on: [find]',
        'depends_on: [write]',
        '10:19 these steps wait for one another: big -> write -> ask -> big',
      ],
      [
        'if_true: [ask]',
        'if_true: [find]',
        '12:17 the step "find" in if_true of "big" does not wait for it: add depends_on: [big] to "find"',
      ],
      [
        '{{steps.ask.output}}',
        '{{steps.secrets.output}}',
        '19:15 the step "write": {{steps.secrets.output}} names no step of the plan',
      ],
      [
        'connector: catalog',
        'connector: catlog',
        '7:54 the step "find": there is no connector "catlog"; did you mean "catalog"?',
      ],
      [
        'operation: write_file',
        'operation: delete_file',
        '22:52 the step "write": the connector "files" has no tool "delete_file"; known are read_file, write_file',
      ],
      [
        'provider: openai',
        'provider: open',
        '17:17 the step "write": there is no provider "open"; did you mean "openai"?',
      ],
    ],
  },
}

describe.each(Object.entries(spoilt))('what is wrong with %s', (name, { text, rows }) => {
  it.each(rows)('%j as %j', (what, by, said) => {
    expect(text).toContain(what)
    const others = Object.entries(everything).filter(([, other]) => other !== text)
    const { problems } = readYaml({
      ...Object.fromEntries(others),
      [`${name}.yaml`]: text.replace(what, () => by),
    })
    const lines = problems.map(({ file, line, column, message }) => `${file} ${line}:${column} ${message}`)
    expect(lines.map((line) => line.slice(`${name}.yaml `.length, `${name}.yaml ${said}`.length))).toContain(
      said,
    )
    expect(problems.every(({ severity }) => severity === 'error')).toBe(true)
  })
})

describe('documents among one another', () => {
  const said = (files: Record<string, string>): string[] => printed(readYaml(files).problems)

  it.each([
    ['agents', agents, 'agent "generic/research"', '3:19'],
    ['provider', provider, 'provider "openai"', '3:19'],
    ['http', http, 'connector "catalog"', '3:19'],
    ['plan', plan, 'plan "refunds"', '3:19'],
  ])('are declared once: %s', (_, text, what, at) => {
    const found = said({ ...everything, 'z.yaml': `# again\n---\n${text}` })
    const [line, column] = at.split(':').map(Number)
    expect(found).toEqual([
      expect.stringMatching(
        new RegExp(
          `^z.yaml:${line! + 2}:${column} error the ${what} is declared twice: \\w+.yaml:3 has it too$`,
        ),
      ),
    ])
  })

  it('may have agents of one name in two domains', () => {
    expect(said({ ...everything, 'z.yaml': agents.replace('domain: generic', 'domain: other') })).toEqual([])
  })

  it('are warned of models that no price is known of', () => {
    const other = { ...everything, 'agents.yaml': agents.replace('gpt-4o-mini', 'gpt-5') }
    expect(said({ ...other, 'plan.yaml': plan.replace('gpt-4o-mini', 'constructor') })).toEqual([
      'agents.yaml:10:39 warning the provider "openai" does not list the model "gpt-5": its cost will not be known',
      'plan.yaml:18:14 warning the provider "openai" does not list the model "constructor": its cost will not be known',
    ])
  })

  it('may leave to an agent how a step is done', () => {
    const left = (step: string) =>
      said({
        ...everything,
        'plan.yaml': `apiVersion: stepgate.dev/v1\nkind: Plan\nmetadata: { name: p }\nspec:\n  steps:\n    - ${step}\n`,
      })
    expect(left('{ name: a, type: connector-call, agent: searcher }')).toEqual([])
    expect(left('{ name: a, type: llm-call, agent: writer }')).toEqual([])
    expect(left('{ name: a, type: llm-call, agent: searcher }')).toEqual([
      'plan.yaml:6:7 error the step "a" is of type llm-call and needs prompt',
    ])
    expect(left('{ name: a, type: llm-call, agent: stored }')).toEqual([
      'plan.yaml:6:41 warning no file has the agent "stored": it has to be in the database',
    ])
  })

  it('are not blamed for naming what stands in a file that cannot be read', () => {
    expect(said({ ...everything, 'http.yaml': http.replace('type: http', 'type: htpp') })).toEqual([
      'http.yaml:5:9 error unknown value "htpp"; did you mean "http"?',
    ])
  })

  it('say what there is where nothing is declared', () => {
    expect(said({ 'agents.yaml': agents }).map((line) => line.replace(/^.* error /, ''))).toEqual([
      'there is no connector "catalog"; there are none',
      'there is no provider "openai"; there are none',
      'there is no connector "catalog"; there are none',
    ])
  })

  it('may hold large mappings', () => {
    const many = Array.from({ length: 20_000 }, (_, i) => `k${i}: "{{query}}"`).join(', ')
    const { problems, registry } = readYaml({
      'plan.yaml': `apiVersion: stepgate.dev/v1\nkind: Plan\nmetadata: { name: p }\nspec: { steps: [{ name: a, type: human-task, parameters: { ${many} } }] }\n`,
    })
    expect(problems).toEqual([])
    expect(Object.keys(registry.plans.get('p')?.steps[0]?.parameters ?? {})).toHaveLength(20_000)
  })

  it('all count as read even when many are wrong at once', () => {
    const steps = Array.from({ length: 501 }, (_, i) => `    - { name: s${i}, type: human-task }\n`).join('')
    const { problems, registry } = readYaml({
      'plan.yaml': `apiVersion: stepgate.dev/v1\nkind: Plan\nmetadata: { name: p }\nspec:\n  steps:\n${steps}`,
      'remote.yaml': remote,
    })
    expect(printed(problems)).toEqual(['plan.yaml:6:5 error a plan has 500 steps at most'])
    expect([...registry.connectors.keys()]).toEqual(['tracker'])
  })
})
