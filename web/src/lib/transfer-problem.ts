import { t } from '@lingui/core/macro';
import type { DetailedError } from 'tus-js-client';
import { ApiError } from '@/api/api-error';

/** About ten minutes without a connection before a person is asked; tus starts counting anew after each progress. */
export const RETRY_DELAYS_MS: number[] = [0, 1000, 2000, 4000, 8000, ...Array<number>(40).fill(15_000)];

/** No answer, a busy server and a locked upload pass; any other refusal is final. */
export function isPassing(error: Error): boolean {
  const status = statusOf(error);
  return status === 0 || (status >= 500 && status !== 507) || [408, 409, 423, 429].includes(status);
}

/** True when the server no longer has what was sent. */
export function isGone(error: Error): boolean {
  return [404, 410].includes(statusOf(error));
}

/** Says why a transfer ended and what to do. */
export function transferProblem(error: Error): string {
  if (statusOf(error) === 0) return t`The connection was lost. Try again to go on where it stopped.`;
  if (isGone(error))
    return t`The server no longer has what was sent of this file. Try again to send it from the start.`;
  return detailOf(error) ?? t`The server refused the file. Try again, or choose another file.`;
}

/** Says why the server did not do what was asked. */
export function sentence(error: unknown): string {
  if (error instanceof ApiError && error.status > 0) return error.message;
  return t`The server cannot be reached. Check your connection and try again.`;
}

function statusOf(error: Error): number {
  return (error as Partial<DetailedError>).originalResponse?.getStatus() ?? 0;
}

/** The sentence of the problem document that the server sent along (RFC 9457). */
function detailOf(error: Error): string | null {
  try {
    const body: unknown = JSON.parse((error as Partial<DetailedError>).originalResponse?.getBody() ?? '');
    const detail = (body as { detail?: unknown } | null)?.detail;
    return typeof detail === 'string' ? detail : null;
  } catch {
    return null;
  }
}
