import { client, unwrap } from './client';
import type { Role, User } from './types';

export type UserPatch = { name?: string; role?: Role; suspended?: boolean };

/** Creates an account that can sign in at once. */
export function createUser(body: { name: string; email: string; password: string; role: Role }): Promise<User> {
  return unwrap(client.POST('/api/v1/users', { body }));
}

/** Changes what is given and leaves the rest. */
export function updateUser(id: string, patch: UserPatch): Promise<User> {
  return unwrap(
    client.PATCH('/api/v1/users/{id}', {
      params: { path: { id } },
      body: patch,
      headers: { 'Content-Type': 'application/merge-patch+json' },
    }),
  );
}

/** Sets an account's password and ends its sessions. */
export async function setPassword(id: string, password: string): Promise<void> {
  await unwrap(client.POST('/api/v1/users/{id}/password', { params: { path: { id } }, body: { password } }));
}
