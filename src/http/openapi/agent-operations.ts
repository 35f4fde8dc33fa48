/** The routes of the agent registry. @module */
import type { ErrorCode } from '../../domain/errors.js'
import type { Operation } from './operation.js'

const agents = '/api/v1/agents'
const agent = `${agents}/{agent_id}`
const change: readonly ErrorCode[] = ['NOT_FOUND', 'AGENT_READ_ONLY']
const envelope = 'coded'
const listQuery = {
  search: 'part of the name or the description, in any letter case',
  is_active: 'true or false',
  source: 'file or database',
  page: 'from 1',
  page_size: '20 unless given, 100 at most',
  sort_by: 'name (default), domain, created_at or updated_at',
  sort_dir: 'asc (default) or desc',
}
const switched = (id: string, summary: string): Operation => ({
  id,
  summary,
  reply: { status: 200, shape: 'AgentReply' },
  refuses: change,
  envelope,
})

/** Agent ids may hold a slash, as it is or as `%2F`; a name or `<domain>/<name>` is taken for an id too. */
export const agentOperations: Readonly<Record<string, Operation>> = {
  [`GET ${agents}`]: {
    id: 'listAgents',
    summary: 'Agents of files and database; one in the database goes before a file of its domain and name',
    query: { domain: 'exact', ...listQuery },
    reply: { status: 200, shape: 'AgentPage' },
    refuses: ['BAD_REQUEST'],
    envelope,
  },
  [`GET ${agents}/domain/{domain}`]: {
    id: 'listAgentsOfDomain',
    summary: 'The agents of one domain',
    query: listQuery,
    reply: { status: 200, shape: 'AgentPage' },
    refuses: ['BAD_REQUEST'],
    envelope,
  },
  [`POST ${agents}`]: {
    id: 'createAgent',
    summary: 'Add an agent to the database',
    body: { shape: 'NewAgent' },
    reply: { status: 201, shape: 'AgentReply' },
    refuses: ['INVALID_JSON', 'INVALID_AGENT', 'AGENT_NAME_TAKEN'],
    envelope,
  },
  [`POST ${agents}/validate`]: {
    id: 'validateAgent',
    summary: 'Is this a configuration that could be kept? Changes nothing',
    body: { shape: 'AgentValidation' },
    reply: { status: 200, shape: 'AgentValidity' },
    refuses: ['INVALID_JSON'],
    envelope,
  },
  [`GET ${agent}`]: {
    id: 'getAgent',
    summary: 'One agent',
    reply: { status: 200, shape: 'AgentReply' },
    refuses: ['NOT_FOUND'],
    envelope,
  },
  [`PUT ${agent}`]: {
    id: 'updateAgent',
    summary: 'Change an agent; what is left out stays',
    body: { shape: 'AgentUpdate' },
    reply: { status: 200, shape: 'AgentReply' },
    refuses: [
      'BAD_REQUEST',
      'INVALID_JSON',
      'INVALID_AGENT',
      ...change,
      'AGENT_NAME_TAKEN',
      'AGENT_VERSION_CONFLICT',
    ],
    envelope,
  },
  [`DELETE ${agent}`]: {
    id: 'deleteAgent',
    summary: 'Delete an agent; a file of its domain and name is seen again',
    reply: { status: 204 },
    refuses: change,
    envelope,
  },
  [`POST ${agent}/activate`]: switched('activateAgent', 'Switch an agent on'),
  [`POST ${agent}/deactivate`]: switched(
    'deactivateAgent',
    'Switch an agent off; a file of its domain and name stays behind it',
  ),
  [`POST ${agent}/rollback/{version}`]: {
    id: 'rollbackAgent',
    summary: 'Name, domain, description and config as they were at a version; ends a rollout',
    reply: { status: 200, shape: 'AgentReply' },
    refuses: ['BAD_REQUEST', 'INVALID_AGENT', ...change, 'AGENT_NAME_TAKEN'],
    envelope,
  },
  [`PUT ${agent}/rollout`]: {
    id: 'rolloutAgent',
    summary: 'Give a share of the runs the description and config of a stored version',
    body: { shape: 'AgentRollout' },
    reply: { status: 200, shape: 'AgentReply' },
    refuses: ['BAD_REQUEST', 'INVALID_JSON', 'INVALID_AGENT', ...change],
    envelope,
  },
  [`POST ${agent}/test`]: {
    id: 'testAgent',
    summary:
      'What would this agent do with a query? Plans it and asks the policies; calls and changes nothing',
    body: { shape: 'AgentTest' },
    reply: { status: 200, shape: 'AgentTestResult' },
    refuses: ['BAD_REQUEST', 'INVALID_JSON', 'NOT_FOUND'],
    envelope,
  },
  [`GET ${agent}/versions`]: {
    id: 'agentVersions',
    summary: 'What was changed, newest first; none for a file. Of a deleted agent by its id',
    query: { limit: '50 unless given, 100 at most' },
    reply: { status: 200, shape: 'AgentVersions' },
    refuses: ['BAD_REQUEST', 'NOT_FOUND'],
    envelope,
  },
  [`GET ${agent}/versions/{version}`]: {
    id: 'agentAtVersion',
    summary: 'The agent as it was at a version',
    reply: { status: 200, shape: 'AgentAtVersion' },
    refuses: ['BAD_REQUEST', 'NOT_FOUND'],
    envelope,
  },
}
