import { queryOptions } from '@tanstack/react-query';
import { client, unwrap } from './client';
import { keys } from './queries';
import type { components } from './schema';

/** The picture that stands for a video, and those that were made to choose from. */
export type Posters = components['schemas']['PostersBody'];

/** The pictures to choose from. */
export function posterQuery(id: string) {
  return queryOptions({
    queryKey: keys.poster(id),
    queryFn: ({ signal }): Promise<Posters> =>
      unwrap(client.GET('/api/v1/videos/{id}/poster', { params: { path: { id } }, signal })),
  });
}

/** Takes the frame at a time. */
export function chooseFrame(id: string, seconds: number): Promise<Posters> {
  const body = { time_seconds: seconds };
  return unwrap(client.PUT('/api/v1/videos/{id}/poster', { params: { path: { id } }, body }));
}

/** Takes an image file: JPEG, PNG or WebP. */
export function sendPoster(id: string, image: File): Promise<Posters> {
  return unwrap(
    client.PUT('/api/v1/videos/{id}/poster', {
      params: { path: { id } },
      headers: { 'Content-Type': image.type },
      body: image as unknown as string, // which is how the description writes bytes
      bodySerializer: (body: unknown) => body as File,
    }),
  );
}

/** Goes back to the picture that the server chose. */
export async function chooseAutomatically(id: string): Promise<void> {
  await unwrap(client.DELETE('/api/v1/videos/{id}/poster', { params: { path: { id } } }));
}
