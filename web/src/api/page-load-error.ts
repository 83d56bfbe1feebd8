import { ApiError } from './api-error';

/** The program of a page could not be fetched: no connection, or the server was updated meanwhile. */
export class PageLoadError extends ApiError {
  constructor() {
    super(0, {});
  }
}

/** Fetches a part of the program, and fails in our words. */
export async function loadPage<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch {
    throw new PageLoadError();
  }
}
