import createClient from 'openapi-fetch';
import { ApiError } from './api-error';
import type { paths } from './schema';

const client = createClient<paths>({ baseUrl: globalThis.location?.origin });

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** Returns the data of an answer or throws an ApiError. */
async function unwrap<T>(answer: Promise<Answer<T>>): Promise<T> {
  let settled: Answer<T>;
  try {
    settled = await answer;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiError(0, {});
  }
  const { data, error, response } = settled;
  if (!response.ok) {
    throw new ApiError(response.status, asProblem(error), response.headers.get('x-request-id'));
  }
  return data as T;
}

function asProblem(error: unknown): object {
  return typeof error === 'object' && error !== null ? error : {};
}

export { client, unwrap };
