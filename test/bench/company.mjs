/** The company whose agents are being gated: the words that its policies and its gate requests have in common. */

export const teams = [
  ...['payments', 'platform', 'search', 'support', 'growth', 'risk', 'billing', 'mobile', 'data', 'identity'],
  ...[
    'logistics',
    'legal',
    'people',
    'finance',
    'research',
    'security',
    'catalog',
    'partners',
    'media',
    'field',
  ],
]

export const environments = ['production', 'staging', 'development']

export const models = [
  ...['gpt-4', 'gpt-4o', 'gpt-4.1-mini', 'claude-3-5-sonnet', 'claude-opus-4', 'gemini-1.5-pro'],
  ...['llama-3.1-70b', 'mistral-large'],
]

export const tools = [
  ...['db.query', 'db.delete', 'payments.refund', 'payments.transfer', 'mail.send', 'chat.post', 'shell.run'],
  ...['kubernetes.apply', 'kubernetes.delete', 'storage.put', 'storage.delete', 'browser.open', 'crm.update'],
  ...[
    'crm.export',
    'web.search',
    'files.read',
    'files.write',
    'tickets.create',
    'invoices.issue',
    'hr.lookup',
  ],
  ...['terraform.plan', 'terraform.apply', 'repository.merge', 'repository.push'],
]

export const connectors = ['salesforce', 'snowflake', 'postgres', 'workday', 'stripe', 'jira']

export const regions = ['eu-west-1', 'eu-central-1', 'us-east-1', 'ap-southeast-2']

export const projects = ['falcon', 'heron', 'osprey', 'kestrel', 'condor', 'merlin', 'harrier', 'goshawk']

export const words = (
  'the customer asked us to change an order before it ships and agreed to the new terms after a short call with ' +
  'our agent so please read the attached record summarise what matters draft an answer in a friendly tone mention ' +
  'the delivery window offer two options keep it below ten lines use plain words avoid promises check totals twice ' +
  'list open questions and say which source each number comes from'
).split(' ')
