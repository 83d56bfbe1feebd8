import { queryOptions } from '@tanstack/react-query';
import { client, unwrap } from './client';
import { keys } from './queries';
import type { components } from './schema';
import type { CreatedVideo } from './types';

/** One file of a video and what was made from it. */
export type Version = components['schemas']['VersionBody'];

/** The files that a video had, has, and will have. */
export function versionsQuery(id: string) {
  return queryOptions({
    queryKey: keys.versions(id),
    queryFn: async ({ signal }): Promise<Version[]> =>
      (await unwrap(client.GET('/api/v1/videos/{id}/versions', { params: { path: { id } }, signal }))).items,
  });
}

/** The right to send a file that takes the place of the one that plays. */
export async function beginReplacement(id: string): Promise<CreatedVideo['upload']> {
  return (await unwrap(client.POST('/api/v1/videos/{id}/versions', { params: { path: { id } } }))).upload;
}

/** Gives up a version that is not shown. */
export async function giveUpVersion(id: string, version: string): Promise<void> {
  await unwrap(client.DELETE('/api/v1/videos/{id}/versions/{version}', { params: { path: { id, version } } }));
}
