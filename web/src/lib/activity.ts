import { useSyncExternalStore } from 'react';

/** What goes on in the background, for the header: how many files are on their way and how far they are. */
export type Activity = { files: number; share: number };

const idle: Activity = { files: 0, share: 0 };

/** A value that pages can watch. */
export class Watched<T> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get = (): T => this.#value;

  set(value: T): void {
    this.#value = value;
    for (const listener of this.#listeners) listener();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

export const activity = new Watched<Activity>(idle);

/** Re-renders when a watched value changes. */
export function useWatched<T>(watched: Watched<T>): T {
  return useSyncExternalStore(watched.subscribe, watched.get);
}
