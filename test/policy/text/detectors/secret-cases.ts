import type { CaseTable } from './case.js'

const token = (length: number): string => 'aB3dE5gH7jK9mN1pQ2sT4vW6xY8z'.repeat(9).slice(0, length)

/** Tokens are made up, and put together here so that no scanner of repositories takes them for leaks. */
export const SECRET_CASES: CaseTable = {
  'secret.aws_key': {
    finds: [
      'AKIA' + 'IOSFODNN7EXAMPLE',
      'key=ASIA' + 'IOSFODNN7EXAMPLE;',
      '"AKIA' + '2222333344445555"',
      'id AKIA' + 'ABCDEFGHIJKLMNOP.',
    ],
    ignores: [
      'AKIA',
      'AKIAIOSFODNN7EXAMPL',
      'XAKIAIOSFODNN7EXAMPLE',
      'akiaiosfodnn7example',
      'AKIAIOSFODNN7EXAMPLEE',
    ],
  },
  'secret.aws_secret': {
    finds: [
      `aws_secret_access_key = ${token(40)}`,
      `"SecretAccessKey": "${token(40)}"`,
      `AWS_SECRET_ACCESS_KEY=${token(40)}`,
      `secret_access_key: '${token(40)}'`,
    ],
    ignores: [
      `sha1: ${'0123456789abcdef'.repeat(3).slice(0, 40)}`,
      `aws_secret_access_key = ${token(39)}`,
      'aws_secret_access_key = $SECRET',
      token(40),
    ],
  },
  'secret.github_token': {
    finds: [
      `ghp_${token(36)}`,
      `token gho_${token(36)}`,
      `github_pat_${token(22)}_${token(59)}`,
      `https://x:ghs_${token(36)}@github.com`,
    ],
    ignores: ['ghp_short', `xghp_${token(36)}`, 'github_pat_', 'the ghp_ prefix'],
  },
  'secret.gitlab_token': {
    finds: [`glpat-${token(20)}`, `TOKEN=glpat-${token(20)}`, `gldt-${token(20)}`, `glrt-${token(20)}`],
    ignores: ['glpat-short', `xglpat-${token(20)}`, 'glpat', 'gl-pat'],
  },
  'secret.openai_key': {
    finds: [
      `sk-${token(48)}`,
      `sk-proj-${token(60)}`,
      `OPENAI_API_KEY=sk-${token(20)}T3BlbkFJ${token(20)}`,
      `sk-svcacct-${token(48)}`,
    ],
    ignores: ['sk-short', `task-${token(48)}`, 'sk-learn', `sk-${token(30)}`, 'disk-management'],
  },
  'secret.anthropic_key': {
    finds: [
      `sk-ant-api03-${token(90)}`,
      `key: sk-ant-admin01-${token(60)}`,
      `sk-ant-oat01-${token(40)}`,
      `"sk-ant-api03-${token(24)}"`,
    ],
    ignores: ['sk-ant-', 'sk-ant-api03-short', `risk-ant-api03-${token(24)}`, 'sk-ant-eater'],
  },
  'secret.slack_token': {
    finds: [
      'xox' + 'b-1234567890-abcdefghij',
      'xox' + 'p-1234567890-12',
      'xapp' + '-1-A1B2C3D4E5-1',
      `https://hooks.slack.com/services/T00000000/B00000000/${token(24)}`,
    ],
    ignores: [
      'xoxo',
      'xoxb-',
      'foxoxb-1234567890',
      'https://slack.com/services',
      'hooks.slack.com/services/',
    ],
  },
  'secret.stripe_key': {
    finds: [`sk_live_${token(24)}`, `rk_live_${token(24)}`, `sk_test_${token(24)}`, `whsec_${token(32)}`],
    ignores: ['sk_live_', `pk_live_${token(24)}`, `task_test_${token(24)}`, 'sk_live_short'],
  },
  'secret.google_api_key': {
    finds: [`AIza${token(35)}`, `key=AIza${token(35)}&q`, `GOCSPX-${token(28)}`, `ya29.${token(40)}`],
    ignores: ['AIza', `xAIza${token(35)}`, `AIza${token(20)}`, 'ya29.short'],
  },
  'secret.azure_key': {
    finds: [
      `AccountKey=${token(86)}==`,
      `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${token(86)}==;`,
      `SharedAccessKey=${token(43)}=`,
      `accountkey=${token(86)}==`,
    ],
    ignores: ['AccountKey=', 'AccountKey=<key>', `AccountName=${token(43)}=`, `AccountKey=${token(20)}=`],
  },
  'secret.npm_token': {
    finds: [
      `npm_${token(36)}`,
      `//registry.npmjs.org/:_authToken=npm_${token(36)}`,
      `pypi-AgEIcHlwaS5vcmc${token(60)}`,
      `NPM=npm_${token(36)}`,
    ],
    ignores: ['npm_config_cache', 'npm_lifecycle_event', `xnpm_${token(36)}`, 'pypi-server'],
  },
  'secret.huggingface_token': {
    finds: [
      `hf_${'AbCdEfGhIj'.repeat(4).slice(0, 34)}`,
      `HF=hf_${'abcdefghijklmnopq'.repeat(2)}`,
      `(hf_${'Z'.repeat(34)})`,
      `hf_${'q'.repeat(34)} ok`,
    ],
    ignores: ['hf_hub_download', `xhf_${'Z'.repeat(34)}`, 'hf_', `hf_${'Z'.repeat(20)}`],
  },
  'secret.sendgrid_key': {
    finds: [
      `SG.${token(22)}.${token(43)}`,
      `key: SG.${token(22)}.${token(43)}`,
      `"SG.${token(22)}.${token(43)}"`,
      `SENDGRID=SG.${token(22)}.${token(43)}`,
    ],
    ignores: ['SG.Singapore.Office', `SG.${token(22)}`, `MSG.${token(22)}.${token(43)}`, 'SG.'],
  },
  'secret.jwt': {
    finds: [
      'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U',
      'Bearer eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLCJleHAiOjEzMDA4MTkzODB9.',
      '"token":"eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhIjoiYiJ9xx.c2ln"',
      'cookie=eyJraWQiOiJhYmMifQ.eyJzdWIiOiJ4eXoifQ.c2ln;',
    ],
    ignores: [
      'eyJ',
      'eyJhbGciOiJIUzI1NiJ9',
      'keyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x',
      'a.b.c',
      'eyJhbGci.eyJzdWI.x',
    ],
  },
  'secret.bearer_token': {
    finds: [
      `Authorization: Bearer ${token(40)}`,
      `"authorization": "bearer ${token(30)}"`,
      'Authorization: Basic dXNlcjpwYXNzd29yZA==',
      `-H 'Authorization: Bearer ${token(20)}'`,
    ],
    ignores: [
      'Authorization: Bearer <token>',
      'Authorization: Bearer $TOKEN',
      'the bearer of this letter',
      'authorization: required',
      'Authorization: Basic',
    ],
  },
  'secret.private_key': {
    finds: [
      '-----BEGIN RSA PRIVATE KEY-----',
      '-----BEGIN PRIVATE KEY-----',
      '-----BEGIN OPENSSH PRIVATE KEY-----',
      '-----BEGIN PGP PRIVATE KEY BLOCK-----',
      'PuTTY-User-Key-File-3: ssh-ed25519',
    ],
    ignores: [
      '-----BEGIN PUBLIC KEY-----',
      '-----BEGIN CERTIFICATE-----',
      'BEGIN PRIVATE KEY',
      'a private key begins',
    ],
  },
  'secret.password': {
    finds: [
      'password = "hunter2!"',
      "db_password: 'S3cr3t-pass'",
      'password: correcthorse9battery',
      '{"api_key":"a1b2c3d4e5f6"}',
      'client_secret=9f8e7d6c5b4a',
      'pwd := "Pa55w0rd"',
      'AUTH_TOKEN=abc123def456',
      'password: hunter2',
      "config['password'] = 'hunter2!'",
    ],
    ignores: [
      'password: required',
      'password = os.environ["DB"]',
      'token: ${TOKEN}',
      'max_tokens: 2048',
      'next_page_token: abc123def456',
      'password: string',
      '"password": "<your password>"',
      'forgot password? Reset it here',
      'secret: true',
      'the password is long gone',
      'token = getToken(user1)',
      'password=********',
    ],
  },
  'secret.assigned': {
    finds: [
      'password: foo',
      'PASSWORD=foo',
      'token = xyz',
      'api key: 123',
      '"secret": "x"',
      'credentials: bob',
      'connection string: Server=db',
      'ConnectionString=x',
      'private_key: abc',
      'user\nbob\napi_key\nabc',
    ],
    ignores: [
      'PRIMARY KEY: id',
      'WHERE key = 7',
      'a monkey: the animal',
      'next_page_token: abc',
      'the password is long gone',
      'keys and tokens',
      'if (token == null)',
      'cache_key: x',
      'press any key\nand go on',
    ],
  },
  'secret.connection_string': {
    finds: [
      'postgres://app:s3cr3t@db.example.com:5432/app',
      'mongodb+srv://u:p4ss@cluster0.example.net',
      'https://user:letmein1@example.com/x',
      'Server=db;Database=x;User Id=sa;Password=Str0ng;',
      'redis://:p4ssw0rd@cache:6379',
    ],
    ignores: [
      'postgres://localhost:5432/app',
      'https://example.com:8080/path?mail=a@b.c',
      'postgres://user:password@localhost/db',
      'postgres://user:${PASSWORD}@db/app',
      'http://a.b/c:d@e',
      'Server=db;Database=x;',
    ],
  },
}
