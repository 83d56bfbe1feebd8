import type { components } from './schema';

type Problem = Partial<components['schemas']['Problem']>;

/** A refused or failed request, as the server explained it (RFC 9457 problem details). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;
  readonly fields: ReadonlyMap<string, string>;

  constructor(status: number, problem: Problem, requestId: string | null = null) {
    super(problem.detail || problem.title || `HTTP ${status}`);
    this.status = status;
    this.code = problem.code ?? (status === 0 ? 'offline' : 'unknown');
    this.requestId = problem.request_id ?? requestId;
    this.fields = fieldMessages(problem);
  }
}

/** True when the server says that the thing does not exist (or must not be known to exist). */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** The server's own sentence about a refusal, or another where it could not say anything. */
export function reasonOf(error: unknown, otherwise: string): string {
  return error instanceof ApiError && error.status > 0 ? error.message : otherwise;
}

/** Maps the last part of each location ("body.email") to its message. */
function fieldMessages(problem: Problem): ReadonlyMap<string, string> {
  const messages = new Map<string, string>();
  for (const { location, message } of problem.errors ?? []) {
    const field = location?.split(/[./]/).pop();
    if (field && message) messages.set(field, message);
  }
  return messages;
}
