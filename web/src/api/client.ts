import createClient from 'openapi-fetch';
import { ApiError } from './api-error';
import type { paths } from './schema';

const client = createClient<paths>({
  baseUrl: globalThis.location?.origin,
  // Lists are written with commas, as the description of the API says.
  querySerializer: { array: { style: 'form', explode: false } },
});

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** Returns the data of an answer or throws an ApiError. */
async function unwrap<T>(answer: Promise<Answer<T>>): Promise<T> {
  return (await settle(answer)).data as T;
}

/** The data of an answer with the tag of its text, for a later If-Match. */
export type Tagged<T> = { data: T; tag: string | null };

/** Like unwrap, with the ETag of the answer. */
async function unwrapTagged<T>(answer: Promise<Answer<T>>): Promise<Tagged<T>> {
  const { data, response } = await settle(answer);
  return { data: data as T, tag: response.headers.get('etag') };
}

async function settle<T>(answer: Promise<Answer<T>>): Promise<Answer<T>> {
  let settled: Answer<T>;
  try {
    settled = await answer;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiError(0, {});
  }
  const { error, response } = settled;
  if (response.ok) return settled;
  throw new ApiError(response.status, asProblem(error), response.headers.get('x-request-id'));
}

function asProblem(error: unknown): object {
  return typeof error === 'object' && error !== null ? error : {};
}

export { client, unwrap, unwrapTagged };
