import { client, unwrap } from './client';
import type { CreatedVideo, User, Video, Visibility } from './types';

export type VideoPatch = { title?: string; description?: string; visibility?: Visibility };

/** Creates the first administrator and signs this browser in. */
export async function setUp(body: { token: string; email: string; name: string; password: string }): Promise<User> {
  return (await unwrap(client.POST('/api/v1/setup', { body }))).user;
}

/** Signs this browser in. */
export async function signIn(body: { email: string; password: string }): Promise<User> {
  return (await unwrap(client.POST('/api/v1/auth/session', { body }))).user;
}

/** Signs this browser out. */
export async function signOut(): Promise<void> {
  await unwrap(client.DELETE('/api/v1/auth/session'));
}

/** Creates a video that waits for its file. */
export function createVideo(body: { title: string; visibility: Visibility }): Promise<CreatedVideo> {
  return unwrap(client.POST('/api/v1/videos', { body }));
}

/** Adds the sample clip that the server carries. */
export function createSampleVideo(): Promise<Video> {
  return unwrap(client.POST('/api/v1/videos/sample'));
}

/** Changes what is given and leaves the rest. */
export function updateVideo(id: string, patch: VideoPatch): Promise<Video> {
  return unwrap(
    client.PATCH('/api/v1/videos/{id}', {
      params: { path: { id } },
      body: patch,
      headers: { 'Content-Type': 'application/merge-patch+json' },
    }),
  );
}

/** Moves a video to the bin. */
export async function deleteVideo(id: string): Promise<void> {
  await unwrap(client.DELETE('/api/v1/videos/{id}', { params: { path: { id } } }));
}

/** Removes a video that never got its file: there is nothing to keep in the bin. */
export async function discardVideo(id: string): Promise<void> {
  await unwrap(client.DELETE('/api/v1/videos/{id}', { params: { path: { id }, query: { permanent: true } } }));
}

/** Asks the server to derive the video's state again and to do what is missing. */
export async function repairVideo(id: string): Promise<void> {
  await unwrap(client.POST('/api/v1/videos/{id}/repair', { params: { path: { id } } }));
}
