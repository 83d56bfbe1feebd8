import { client, type Tagged, unwrap, unwrapTagged } from './client';
import type { CreatedVideo, Operation, User, Video, Visibility } from './types';

export type VideoPatch = {
  title?: string;
  description?: string;
  visibility?: Visibility;
  tags?: string[];
  category?: string | null;
  external_id?: string | null;
};

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
export async function updateVideo(id: string, patch: VideoPatch): Promise<Video> {
  return (await changeVideo(id, patch, null)).data;
}

/** The same, refused with 412 when somebody else changed the video after the text with this tag. */
export function changeVideo(id: string, patch: VideoPatch, tag: string | null): Promise<Tagged<Video>> {
  return unwrapTagged(
    client.PATCH('/api/v1/videos/{id}', {
      params: { path: { id } },
      body: patch,
      headers: { 'Content-Type': 'application/merge-patch+json', ...(tag && { 'If-Match': tag }) },
    }),
  );
}

/** Moves a video to the bin. */
export async function deleteVideo(id: string): Promise<void> {
  await unwrap(client.DELETE('/api/v1/videos/{id}', { params: { path: { id } } }));
}

/** Brings a video back from the bin. */
export function restoreVideo(id: string): Promise<Video> {
  return unwrap(client.POST('/api/v1/videos/{id}/restore', { params: { path: { id } } }));
}

/** Removes a video that never got its file: there is nothing to keep in the bin. */
export async function discardVideo(id: string): Promise<void> {
  await unwrap(client.DELETE('/api/v1/videos/{id}', { params: { path: { id }, query: { permanent: true } } }));
}

/** Has the server derive the video's state again and do what is missing. */
export async function repairVideo(id: string): Promise<Operation> {
  return (await unwrap(client.POST('/api/v1/videos/{id}/repair', { params: { path: { id } } }))).operation;
}

/** Has the server make the video anew from its source. */
export async function reencodeVideo(id: string): Promise<Operation> {
  return (await unwrap(client.POST('/api/v1/videos/{id}/reencode', { params: { path: { id } } }))).operation;
}

/** Queues a task again. */
export async function retryTask(id: string): Promise<Operation> {
  return (await unwrap(client.POST('/api/v1/tasks/{id}/retry', { params: { path: { id } } }))).operation;
}

/** Cancels long work. */
export async function cancelOperation(id: string): Promise<void> {
  await unwrap(client.DELETE('/api/v1/operations/{id}', { params: { path: { id } } }));
}
