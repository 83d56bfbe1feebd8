import type { APIRequestContext, BrowserContext } from '@playwright/test';
import { ADMIN, expect } from './fixtures.ts';
import { MatineeServer } from './matinee-server.ts';

/**
 * A server for one test that must not disturb the others, with its first administrator. The context is signed in there.
 */
export async function ownServer(
  context: BrowserContext,
  options?: Parameters<typeof MatineeServer.start>[0],
): Promise<{ server: MatineeServer; api: APIRequestContext }> {
  const server = await MatineeServer.start(options);
  const answer = await context.request.post(`${server.url}/api/v1/setup`, {
    data: { token: server.setupToken, ...ADMIN },
    headers: { Origin: server.url },
  });
  expect(answer.status(), await answer.text()).toBe(201);
  return { server, api: context.request };
}
