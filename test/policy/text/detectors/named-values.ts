/** Inputs in which a detector finds something, because of the name a value has. */
export const NAMED_VALUES: ReadonlyArray<readonly [name: string, input: object]> = [
  ['pii.ssn', { customer: { ssn: '536904399' } }],
  ['pii.ssn', { socialSecurityNumber: 536904399 }],
  ['pii.passport', { passport_number: 'AB1234567' }],
  ['pii.date_of_birth', { dob: '1990-01-02', name: 'Ann' }],
  ['pii.us_bank_account', { accountNumber: '123456789012' }],
  ['pii.in_aadhaar', { aadhaar: '234123412346' }],
  ['pii.id_nik', { nik: '3171011708450001' }],
  ['pii.phone', { phone: '2125550187' }],
  ['secret.password', { user: 'ann', password: 'hunter2!' }],
  ['secret.password', { config: { api_key: 'a1b2c3d4e5f6' } }],
  ['secret.aws_secret', { SecretAccessKey: 'aB3dE5gH7jK9mN1pQ2sT4vW6xY8zaB3dE5gH7jK9' }],
  ['secret.bearer_token', { headers: { Authorization: 'Bearer aB3dE5gH7jK9mN1pQ2sT4vW6' } }],
]

/** Inputs whose names and values look alike, and are not. */
export const HARMLESS_VALUES: readonly object[] = [
  { type: 'phone', id: '2125550187' },
  { fields: ['passport', 'name'], order: 'L8988901' },
  { account: 'main', number_of_rows: 123456789012 },
  { password: { type: 'string', minLength: 12 } },
  { kind: 'Secret', name: 'db-creds-1', secret: 'arn:aws:secretsmanager:eu-west-1:1:secret/db1' },
  { next_page_token: 'abc123def456', max_tokens: 2048 },
  { env: { PWD: '/home/runner/work1' }, cwd: 'PWD=/home/runner/work1' },
  { question: 'How do I reset my password\nwithout calling anybody?', born: 'in 1984' },
]
