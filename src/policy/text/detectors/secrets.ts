import { isAnyAssignment, isLoginInAddress, isSecretAssignment } from './assigned-secrets.js'
import type { ClueDetector } from './from-clues.js'

/** Before and after a token, so that it is not cut out of a longer one. */
const START = '(?:^|[^0-9A-Za-z_])'
const END = '(?:$|[^0-9A-Za-z_])'

/** Keys and tokens, by the marks their issuers give them. */
export const SECRETS: readonly ClueDetector[] = [
  {
    name: 'secret.aws_key',
    title: 'AWS access key id',
    description: 'The id of a long-lived (AKIA) or temporary (ASIA) AWS access key.',
    category: 'secret',
    clues: [`${START}(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}${END}`],
  },
  {
    name: 'secret.aws_secret',
    title: 'AWS secret access key',
    description: 'Forty characters of base64 assigned to something named like an AWS secret key.',
    category: 'secret',
    clues: [
      `(?i:secret_?-? ?access_?-? ?key|aws_?-? ?secret(?:_?-? ?key)?)(?:["']?[ \\t]?(?:=>|[:=])[ \\t]?["']?|\\n)[0-9A-Za-z/+]{40}(?:$|[^0-9A-Za-z/+=])`,
    ],
  },
  {
    name: 'secret.github_token',
    title: 'GitHub token',
    description: 'A personal, OAuth, app or refresh token of GitHub, classic or fine-grained.',
    category: 'secret',
    clues: [`${START}gh[opsur]_[0-9A-Za-z]{36}`, `${START}github_pat_[0-9A-Za-z]{22}_[0-9A-Za-z]{59}`],
  },
  {
    name: 'secret.gitlab_token',
    title: 'GitLab token',
    description: 'A personal access, deploy or runner token of GitLab.',
    category: 'secret',
    clues: [`${START}gl(?:pat|dt|rt|ptt|cbt)-[0-9A-Za-z_-]{20}`],
  },
  {
    name: 'secret.openai_key',
    title: 'OpenAI API key',
    description: 'A key of a user, project, service account or administrator at OpenAI.',
    category: 'secret',
    clues: [
      `${START}sk-[0-9A-Za-z]{20}T3BlbkFJ[0-9A-Za-z]{20}`,
      `${START}sk-(?:proj|svcacct|admin|None)-[0-9A-Za-z_-]{40}`,
      `${START}sk-[0-9A-Za-z]{48}${END}`,
    ],
  },
  {
    name: 'secret.anthropic_key',
    title: 'Anthropic API key',
    description: 'An API, admin or OAuth key of Anthropic.',
    category: 'secret',
    clues: [`${START}sk-ant-[a-z]{2,8}\\d\\d-[0-9A-Za-z_-]{24}`],
  },
  {
    name: 'secret.slack_token',
    title: 'Slack token',
    description: 'A bot, user, app or refresh token of Slack, or the address of an incoming webhook.',
    category: 'secret',
    clues: [
      `${START}xox[abeoprs]-[0-9A-Za-z-]{10}`,
      `${START}xapp-\\d-[0-9A-Z]{8}`,
      'hooks\\.slack\\.com/(?:services|workflows)/[0-9A-Za-z_]{8,24}/[0-9A-Za-z_]{8,24}/[0-9A-Za-z_]{16}',
    ],
  },
  {
    name: 'secret.stripe_key',
    title: 'Stripe key',
    description: 'A secret or restricted key of Stripe, live or test, or a webhook secret.',
    category: 'secret',
    clues: [`${START}[rs]k_(?:live|test)_[0-9A-Za-z]{16}`, `${START}whsec_[0-9A-Za-z+/]{24}`],
  },
  {
    name: 'secret.google_api_key',
    title: 'Google API key',
    description: 'An API key, OAuth client secret or access token of Google.',
    category: 'secret',
    clues: [
      `${START}AIza[0-9A-Za-z_-]{35}`,
      `${START}GOCSPX-[0-9A-Za-z_-]{28}`,
      `${START}ya29\\.[0-9A-Za-z_-]{30}`,
    ],
  },
  {
    name: 'secret.azure_key',
    title: 'Azure storage or service key',
    description: 'An account or shared access key in a connection string of Azure.',
    category: 'secret',
    clues: ['(?i)(?:AccountKey|SharedAccessKey)=[0-9A-Za-z+/]{42,86}={1,2}'],
  },
  {
    name: 'secret.npm_token',
    title: 'npm or PyPI token',
    description: 'An access token of the npm registry or an upload token of PyPI.',
    category: 'secret',
    clues: [`${START}npm_[0-9A-Za-z]{36}`, `${START}pypi-AgEIcHlwaS5vcmc[0-9A-Za-z_-]{20}`],
  },
  {
    name: 'secret.huggingface_token',
    title: 'Hugging Face token',
    description: 'A user access token of Hugging Face.',
    category: 'secret',
    clues: [`${START}hf_[A-Za-z]{34}`],
  },
  {
    name: 'secret.sendgrid_key',
    title: 'SendGrid API key',
    description: 'An API key of SendGrid.',
    category: 'secret',
    clues: [`${START}SG\\.[0-9A-Za-z_-]{22}\\.[0-9A-Za-z_-]{43}`],
  },
  {
    name: 'secret.jwt',
    title: 'JSON web token',
    description: 'Header and payload of a JSON web token, signed or not.',
    category: 'secret',
    clues: [`${START}eyJ[0-9A-Za-z_-]{10,250}\\.eyJ[0-9A-Za-z_-]{10}`],
  },
  {
    name: 'secret.bearer_token',
    title: 'Authorization header',
    description: 'A bearer token or basic login in an Authorization header.',
    category: 'secret',
    clues: [
      `(?i)authorization(?:["']?\\s?[:=]\\s?["']?|\\n)bearer\\s[0-9A-Za-z_.~+/-]{20}`,
      `(?i)authorization(?:["']?\\s?[:=]\\s?["']?|\\n)basic\\s[0-9A-Za-z+/]{12,200}={0,2}`,
    ],
  },
  {
    name: 'secret.private_key',
    title: 'Private key',
    description: 'The head of a private key in PEM or PGP armour.',
    category: 'secret',
    clues: ['-----BEGIN (?:[0-9A-Z]{1,16} ){0,3}PRIVATE KEY(?: BLOCK)?-----', 'PuTTY-User-Key-File-\\d'],
  },
  {
    name: 'secret.password',
    title: 'Password or secret written out',
    description:
      'A value assigned to something named password, secret, token or API key; not placeholders, types or look-ups.',
    category: 'secret',
    clues: [
      ...['passw(?:or)?d|passphrase|pwd', 'secret', 'credentials?', 'token', 'api_?-?key|access_?-?key'].map(
        (words) => ({
          pattern: `(?i)(?:${words})(?:_?key)?(?:["'\`)\\] \\t]{0,3}(?:=>|:?=|:)[ \\t]?|\\n)`,
          accept: isSecretAssignment,
        }),
      ),
    ],
  },
  {
    name: 'secret.assigned',
    title: 'Something named like a secret',
    description:
      'Password, key, token, secret, credentials or connection string, a sign and any value; not keys of tables, nor counts of tokens.',
    category: 'secret',
    byNameOnly: true,
    clues: [
      {
        pattern:
          '(?i)(?:passw(?:or)?d|passphrase|key|token|secret|credentials?|connection[ _-]?string)(?:["\'`]?\\s?(?:=>|:?=|:)\\s?["\'`]?|\\n)[^\\s=]',
        accept: isAnyAssignment,
      },
    ],
  },
  {
    name: 'secret.connection_string',
    title: 'Login in an address',
    description: 'A user and password in a URL, or a password in a database connection string.',
    category: 'secret',
    clues: [
      { pattern: '://[^\\s:/@"\'<>]{0,64}:', accept: isLoginInAddress },
      `(?i)(?:server|host|data source|uid|user id)=[^;\\n]{1,80};(?:[^;=\\n]{1,40}=[^;\\n]{0,80};){0,4}(?:password|pwd)=[^;\\s<$]`,
    ],
  },
]
