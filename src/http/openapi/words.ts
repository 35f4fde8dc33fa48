/** The closed lists of words on the wire. @module */
import { oneOf } from './parts.js'

export const stepType = oneOf('llm_call', 'tool_call', 'connector_call', 'human_task')
export const source = oneOf('langgraph', 'langchain', 'crewai', 'external')
export const workflowStatus = oneOf('in_progress', 'completed', 'failed', 'aborted')
export const decision = oneOf('allow', 'block', 'require_approval')
export const approvalStatus = oneOf('pending', 'approved', 'rejected')
