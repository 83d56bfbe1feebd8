import { useEffect, useState } from 'react';
import { Watched } from './activity';

/** The videos for which this tab waits until they can be watched; tell-when-ready.ts tells. */
export const awaited = new Watched<readonly string[]>([]);

/** Has the person told once a video can be watched, or could not be made: the video may be either already. */
export function awaitReady(id: string): void {
  if (!awaited.get().includes(id)) awaited.set([...awaited.get(), id]);
}

/** Waits for a video no longer. */
export function stopAwaiting(id: string): void {
  if (awaited.get().includes(id)) awaited.set(awaited.get().filter((other) => other !== id));
}

/** The same for as long as a page shows the video. `waiting` says whether it could be watched when the page was opened. */
export function useAwaitReady(id: string, waiting: boolean): void {
  const [waits] = useState(waiting);
  useEffect(() => {
    if (!waits) return;
    awaitReady(id);
    return () => stopAwaiting(id);
  }, [id, waits]);
}
